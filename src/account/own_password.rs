//! Whether somebody who has signed in is the owner of the account: asked again before what matters.

use crate::account::guessing::attempt_own;
use crate::account::hashing::verify_password;
use crate::account::query::Account;
use crate::app::App;
use crate::platform::error::Result;
use crate::platform::rate_limit::Throttled;

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
    if let Err(throttled) = attempt_own(app, account.id).await {
        return Ok(OwnPassword::Throttled(throttled));
    }
    let right = verify_password(app, Some(hash), given).await?;
    Ok(if right { OwnPassword::Right } else { OwnPassword::Wrong })
}
