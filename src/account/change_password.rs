//! Somebody who has signed in chooses another password.

use entity::SessionId;
use uuid::Uuid;

use crate::account::hashing::hash_password;
use crate::account::jobs::SendPasswordChanged;
use crate::account::own_password::{OwnPassword, check_own_password};
use crate::account::password::{Password, WeakPassword};
use crate::account::query::account_by_id;
use crate::account::session::{EndReason, end_sessions};
use crate::account::set_password::set_password;
use crate::app::App;
use crate::platform::error::Fault;
use crate::platform::jobs::enqueue;
use crate::platform::rate_limit::Throttled;

/// The old password and the new one.
#[derive(Clone)]
pub struct ChangePassword {
    /// Whose.
    pub account: Uuid,
    /// The session that goes on; all others end.
    pub session: SessionId,
    /// The password until now.
    pub current: String,
    /// The password from now on.
    pub new: String,
}

/// Why a password was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    /// The current password is another one.
    #[error("the current password is not right")]
    Wrong,
    /// The new one may not be set.
    #[error(transparent)]
    Weak(#[from] WeakPassword),
    /// Too many attempts.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// Something underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<sea_orm::DbErr> for ChangePasswordError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Sets a new password for who knows the old one, ends all other sessions, and tells so by mail.
///
/// # Errors
/// See [`ChangePasswordError`].
pub async fn change_password(app: &App, cmd: ChangePassword) -> Result<(), ChangePasswordError> {
    let account = account_by_id(&app.db, cmd.account).await?;
    let account = account.ok_or(ChangePasswordError::Wrong)?;
    // Nobody pays for a hash whose new password would not do anyway.
    let new = Password::parse(&cmd.new, &[&account.email])?;
    match check_own_password(app, &account, Some(&cmd.current)).await? {
        OwnPassword::Right => {}
        OwnPassword::Wrong => return Err(ChangePasswordError::Wrong),
        OwnPassword::Throttled(throttled) => return Err(throttled.into()),
    }
    let hash = hash_password(app, &new).await?;
    let tx = app.db.begin().await?;
    set_password(&tx, app, account.id, hash).await?;
    end_sessions(&tx, app, account.id, EndReason::PasswordChanged, Some(cmd.session)).await?;
    enqueue(&tx, &SendPasswordChanged::now(app, account.id)).await?;
    tx.commit().await?;
    Ok(())
}
