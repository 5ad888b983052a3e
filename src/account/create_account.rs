//! Somebody gets an account.

use entity::account::account::{self, AccountKind};
use sea_orm::{ActiveModelTrait, DbErr, IntoActiveModel};
use uuid::Uuid;

use crate::account::query::Account;
use crate::platform::clock::Clock;
use crate::platform::db::{Tx, constraint_of};
use crate::platform::error::Fault;
use crate::platform::locale::Locale;

/// An account to make.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The id of the customer or member of staff that it opens.
    pub id: Uuid,
    /// Whom it opens the door for.
    pub kind: AccountKind,
    /// The address, in its normal form.
    pub email: String,
    /// Its password as [`hash_password`](super::hash_password) gives it; none until one is set.
    pub password_hash: Option<String>,
    /// Whether the address is proven already.
    pub verified: bool,
    /// The language of its mail.
    pub locale: Locale,
}

/// Why an account was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateAccountError {
    /// Another account of the kind has the address.
    #[error("the address belongs to another account")]
    EmailTaken,
    /// Something underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<DbErr> for CreateAccountError {
    fn from(error: DbErr) -> Self {
        match constraint_of(&error).as_deref() {
            Some("uq_account_kind_email") => Self::EmailTaken,
            _ => Self::Fault(error.into()),
        }
    }
}

/// Makes an account. On PostgreSQL a transaction that was told [`CreateAccountError::EmailTaken`] can do nothing more.
///
/// # Errors
/// See [`CreateAccountError`].
pub(crate) async fn create(tx: &Tx, clock: &Clock, new: NewAccount) -> Result<Account, CreateAccountError> {
    let now = clock.now();
    let row = account::Model {
        id: new.id,
        kind: new.kind,
        email: new.email,
        email_verified_at: new.verified.then_some(now),
        password_changed_at: new.password_hash.as_ref().map(|_| now),
        password_hash: new.password_hash,
        blocked_at: None,
        totp_secret: None,
        totp_confirmed_at: None,
        totp_last_step: None,
        locale: new.locale.tag().to_owned(),
        created_at: now,
    };
    row.clone().into_active_model().insert(tx).await?;
    Ok(row)
}
