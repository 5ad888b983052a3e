//! Somebody signs in.

use entity::account::account::AccountKind;

use crate::account::client::Client;
use crate::account::guessing::{Attempt, GuessError, attempt};
use crate::account::hashing::{hash_password, is_outdated, verify_password};
use crate::account::mfa::{self, MfaOutcome};
use crate::account::password::Password;
use crate::account::query::{Account, account_by_email};
use crate::account::session::{Signed, open_session};
use crate::account::set_password::rehash;
use crate::app::App;
use crate::platform::error::Fault;
use crate::platform::rate_limit::Throttled;
use crate::platform::text::normalise_email;

/// What somebody says to come in.
#[derive(Clone)]
pub struct SignIn {
    /// The kind of the account.
    pub kind: AccountKind,
    /// Its address.
    pub email: String,
    /// Its password.
    pub password: String,
    /// What stands beside the password.
    pub second: SecondFactor,
}

/// What stands beside the password: one of the two, or nothing.
#[derive(Clone, Default)]
pub struct SecondFactor {
    /// The code that the authenticator shows now.
    pub totp: Option<String>,
    /// One of the codes that were written down.
    pub recovery_code: Option<String>,
}

/// Why somebody does not come in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// There is no such account, or the password is another one, or the account is closed, or its address is not proven
    /// yet. It is not told which: who registers an address and then signs in would learn whether it was free.
    #[error("address or password is not right, or the address is not confirmed yet")]
    Credentials,
    /// The password is right, the second factor is missing.
    #[error("a code of the second factor is needed")]
    MfaRequired,
    /// The password is right, the code is not, or was used before.
    #[error("the code is wrong, or was used before")]
    MfaInvalid,
    /// Too many attempts.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// Something underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<GuessError> for SignInError {
    fn from(error: GuessError) -> Self {
        match error {
            GuessError::Throttled(throttled) => Self::Throttled(throttled),
            GuessError::Fault(fault) => Self::Fault(fault),
        }
    }
}

/// Opens a session for whoever knows the password. An address that nobody has takes the same way, and the same time.
///
/// # Errors
/// See [`SignInError`].
pub async fn sign_in(app: &App, client: &Client, cmd: SignIn) -> Result<(Account, Signed), SignInError> {
    let email = normalise_email(&cmd.email).unwrap_or_default();
    attempt(app, Attempt::SignIn, (cmd.kind, &email), &client.address).await?;
    let account = account_by_email(&app.db, cmd.kind, &email).await?;
    let hash = account.as_ref().and_then(|account| account.password_hash.as_deref());
    let right = verify_password(app, hash, &cmd.password).await?;
    let account = account
        .filter(|account| right && account.blocked_at.is_none() && account.email_verified_at.is_some())
        .ok_or(SignInError::Credentials)?;
    let mfa = second_factor(app, &account, &cmd.second).await?;
    keep_up(app, &account, &cmd.password).await;
    let signed = open_session(app, &account, client, mfa).await?;
    Ok((account, signed))
}

/// Whether the second factor was given, where the account has one.
async fn second_factor(app: &App, account: &Account, given: &SecondFactor) -> Result<bool, SignInError> {
    let code = given.totp.as_deref().or(given.recovery_code.as_deref());
    match mfa::check(app, account, code).await? {
        MfaOutcome::NotSetUp => Ok(false),
        MfaOutcome::Passed => Ok(true),
        MfaOutcome::Missing => Err(SignInError::MfaRequired),
        MfaOutcome::Wrong => Err(SignInError::MfaInvalid),
        MfaOutcome::Throttled(throttled) => Err(throttled.into()),
    }
}

/// Hashes the password anew when parameters have changed. Nobody is refused because that cannot be done now.
async fn keep_up(app: &App, account: &Account, password: &str) {
    let Some(old) = account.password_hash.as_deref().filter(|hash| is_outdated(hash)) else {
        return;
    };
    let renewed = async {
        let new = hash_password(app, &Password::known(password)).await?;
        rehash(app, account.id, old, new).await
    };
    if let Err(error) = renewed.await {
        tracing::warn!(%error, "a password was not hashed anew");
    }
}
