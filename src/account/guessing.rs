//! Guessing is slow: how often somebody may try a password, ask for a letter, or offer a code.
//!
//! An attempt takes a point from three buckets: of the account as seen from one address, of the address, and of the
//! account as a whole. Points are taken before anything is looked up, one for each attempt however the requests are cut,
//! and on all servers together where Redis is shared. Nobody is locked out: from an address where somebody signed in to
//! the account before, the bucket of the whole account does not count, and that is the only one strangers can empty.

use entity::account::account::AccountKind;
use uuid::Uuid;

use crate::account::session::is_known_address;
use crate::app::App;
use crate::platform::address::ClientAddress;
use crate::platform::error::Fault;
use crate::platform::rate_limit::{Bucket, Throttled};
use crate::platform::text::sha256_hex;

/// What is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// A password, or what stands beside it.
    SignIn,
    /// To have a letter sent to an address.
    Letter,
    /// A secret out of a letter.
    Secret,
    /// To make an account.
    Register,
}

/// How often something may be tried.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Pace {
    /// By one address at one account.
    pair: Bucket,
    /// By one address, which may be an office.
    address: Bucket,
    /// At one account, from wherever.
    account: Bucket,
}

/// How often somebody who has signed in may try the own password.
const OWN_PASSWORD: Bucket = bucket(5, 60);

const fn bucket(capacity: u32, every_seconds: u32) -> Bucket {
    Bucket {
        capacity,
        restored_per_second: 1.0 / every_seconds as f64,
    }
}

impl Attempt {
    fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::Letter => "letter",
            Self::Secret => "secret",
            Self::Register => "register",
        }
    }

    fn pace(self) -> Pace {
        match self {
            Self::SignIn => Pace {
                pair: bucket(10, 60),
                address: bucket(100, 5),
                account: bucket(100, 60),
            },
            // The account's is what fills a mailbox.
            Self::Letter => Pace {
                pair: bucket(3, 300),
                address: bucket(20, 60),
                account: bucket(5, 600),
            },
            // They have 160 bits: this only keeps the work small.
            Self::Secret | Self::Register => Pace {
                pair: bucket(20, 10),
                address: bucket(20, 10),
                account: bucket(100, 10),
            },
        }
    }
}

/// Why something may not be tried now.
#[derive(Debug, thiserror::Error)]
pub enum GuessError {
    /// Too often.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// Something underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

async fn take(app: &App, attempt: Attempt, what: String, bucket: Bucket) -> Result<(), Throttled> {
    // Keys are seen by who looks into Redis: addresses of people are not for them.
    let key = format!("guess:{}:{}", attempt.name(), &sha256_hex(what)[..32]);
    app.limits.take(&key, 1, bucket).await.map(|_| ())
}

/// Counts an attempt at the account of this kind and address, which need not exist.
///
/// # Errors
/// Too many came before; what is tried must not be done.
pub async fn attempt(
    app: &App,
    attempt: Attempt,
    (kind, email): (AccountKind, &str),
    client: &ClientAddress,
) -> Result<(), GuessError> {
    let pace = attempt.pace();
    let account = format!("{kind:?} {email}");
    take(app, attempt, format!("pair {account} {client}"), pace.pair).await?;
    take(app, attempt, format!("address {client}"), pace.address).await?;
    match take(app, attempt, format!("account {account}"), pace.account).await {
        Ok(()) => Ok(()),
        Err(_) if attempt == Attempt::SignIn && is_known_address(app, kind, email, client).await? => Ok(()),
        Err(throttled) => Err(throttled.into()),
    }
}

/// Counts an attempt that names no account.
///
/// # Errors
/// Too many came before; what is tried must not be done.
pub async fn attempt_from(app: &App, attempt: Attempt, client: &ClientAddress) -> Result<(), Throttled> {
    take(app, attempt, format!("address {client}"), attempt.pace().address).await
}

/// Counts an attempt of somebody who has signed in at the password of the own account: whoever finds an open screen does
/// not find the password too.
///
/// # Errors
/// Too many came before; what is tried must not be done.
pub async fn attempt_own(app: &App, account: Uuid) -> Result<(), Throttled> {
    take(app, Attempt::SignIn, format!("own {account}"), OWN_PASSWORD).await
}
