//! Somebody has forgotten a password: asks for a letter, and comes back with what stands in it.

use entity::account::account::{self, AccountKind};
use entity::account::one_time_token::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::account::client::Client;
use crate::account::events::EmailProven;
use crate::account::guessing::{Attempt, GuessError, attempt, attempt_from};
use crate::account::hashing::hash_password;
use crate::account::jobs::{SendPasswordChanged, SendReset};
use crate::account::one_time::{Purpose, redeem};
use crate::account::password::{Password, WeakPassword};
use crate::account::query::{account_by_email, account_by_id};
use crate::account::session::{EndReason, end_sessions};
use crate::account::set_password::set_password;
use crate::app::App;
use crate::platform::error::Fault;
use crate::platform::event::emit;
use crate::platform::jobs::enqueue;
use crate::platform::rate_limit::Throttled;
use crate::platform::text::{normalise_email, sha256_hex};

/// Why nothing was asked for.
#[derive(Debug, thiserror::Error)]
pub enum RequestResetError {
    /// The text is no e-mail address.
    #[error("not an e-mail address")]
    Email,
    /// Too many requests.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// Something underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<GuessError> for RequestResetError {
    fn from(error: GuessError) -> Self {
        match error {
            GuessError::Throttled(throttled) => Self::Throttled(throttled),
            GuessError::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl From<sea_orm::DbErr> for RequestResetError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Has a letter sent, if the address has an account. Where it has none, a job for nobody is written: neither the answer
/// nor its time can tell.
///
/// # Errors
/// See [`RequestResetError`].
pub async fn request_reset(
    app: &App,
    client: &Client,
    kind: AccountKind,
    email: &str,
) -> Result<(), RequestResetError> {
    let email = normalise_email(email).ok_or(RequestResetError::Email)?;
    attempt(app, Attempt::Letter, (kind, &email), &client.address).await?;
    let account = account_by_email(&app.db, kind, &email).await?;
    let letter = SendReset {
        letter: app.ids.uuid(),
        account: account.map(|account| account.id),
    };
    let tx = app.db.begin().await?;
    enqueue(&tx, &letter).await?;
    tx.commit().await?;
    Ok(())
}

/// Why a password was not reset.
#[derive(Debug, thiserror::Error)]
pub enum ResetPasswordError {
    /// The secret is unknown, used, or too old.
    #[error("this link does not work, or not any more")]
    Secret,
    /// The password may not be set.
    #[error(transparent)]
    Weak(#[from] WeakPassword),
    /// Too many attempts.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// Something underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<sea_orm::DbErr> for ResetPasswordError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Sets a new password for who has the secret of the letter, and ends all sessions. The letter proves the address too.
///
/// # Errors
/// See [`ResetPasswordError`]; a password that may not be set does not use the secret up.
pub async fn reset_password(app: &App, client: &Client, secret: &str, new: &str) -> Result<(), ResetPasswordError> {
    attempt_from(app, Attempt::Secret, &client.address).await?;
    let token = one_time_token::Entity::find()
        .filter(Column::Hash.eq(sha256_hex(secret)))
        .filter(Column::Purpose.eq(Purpose::ResetPassword.name()))
        .one(&app.db)
        .await?;
    let account = match token {
        Some(token) => account_by_id(&app.db, token.account_id).await?,
        None => None,
    };
    let account = account.ok_or(ResetPasswordError::Secret)?;
    let new = Password::parse(new, &[&account.email])?;
    let hash = hash_password(app, &new).await?;
    let tx = app.db.begin().await?;
    if redeem(&tx, app, Purpose::ResetPassword, secret).await?.is_none() {
        return Err(ResetPasswordError::Secret);
    }
    set_password(&tx, app, account.id, hash).await?;
    end_sessions(&tx, app, account.id, EndReason::PasswordChanged, None).await?;
    if account.email_verified_at.is_none() {
        account::Entity::update_many()
            .col_expr(account::Column::EmailVerifiedAt, Expr::value(app.clock.now()))
            .filter(account::Column::Id.eq(account.id))
            .exec(&tx)
            .await?;
        let proven = EmailProven {
            account: account.id,
            kind: account.kind,
        };
        emit(&tx, &proven).await?;
    }
    enqueue(&tx, &SendPasswordChanged::now(app, account.id)).await?;
    tx.commit().await?;
    Ok(())
}
