//! Whether somebody who has signed in is the owner of the account: asked again before what matters.

use crate::account::hashing::verify_password;
use crate::account::query::Account;
use crate::app::App;
use crate::platform::error::Result;
use crate::platform::rate_limit::{Bucket, Throttled};

/// Passwords that may be tried from a session.
const ATTEMPTS: Bucket = Bucket {
    capacity: 5,
    restored_per_second: 1.0 / 60.0,
};

/// What became of a password that was asked for again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum OwnPassword {
    /// It is the one, or the account has none: its owner signs in at a provider.
    Right,
    /// It is another one, or none was given.
    Wrong,
    /// Too many were tried.
    Throttled(Throttled),
}

/// Whether `given` is the password of `account`. Not to be called while a transaction is open.
///
/// # Errors
/// When too many passwords wait to be hashed.
pub(crate) async fn check_own_password(app: &App, account: &Account, given: Option<&str>) -> Result<OwnPassword> {
    let Some(hash) = account.password_hash.as_deref() else {
        return Ok(OwnPassword::Right);
    };
    let Some(given) = given else {
        return Ok(OwnPassword::Wrong);
    };
    let key = format!("own-password:{}", account.id);
    if let Err(throttled) = app.limits.take(&key, 1, ATTEMPTS).await {
        return Ok(OwnPassword::Throttled(throttled));
    }
    let right = verify_password(app, Some(hash), given).await?;
    Ok(if right { OwnPassword::Right } else { OwnPassword::Wrong })
}
