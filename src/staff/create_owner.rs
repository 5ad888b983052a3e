//! The first account: somebody who may do everything, made by whoever runs the server.

use entity::StaffUserId;
use serde_json::json;

use crate::account::{self, CreateAccountError, Password, WeakPassword};
use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::platform::db::Tx;
use crate::platform::error::{Fault, Result};
use crate::platform::locale::{Locale, Message, message};
use crate::platform::text::normalise_email;
use crate::staff::grant::{Grant, give};
use crate::staff::invite::join;
use crate::staff::owner::{has_owner, hold_owner_role};
use crate::staff::query::StaffUser;

/// An owner to make.
pub struct CreateOwner {
    /// The address that they sign in with.
    pub email: String,
    /// Their password.
    pub password: String,
}

/// Why no owner was made.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum CreateOwnerError {
    /// The address cannot be one.
    Email,
    /// Somebody of staff has the address.
    EmailTaken,
    /// The password is easily guessed.
    Password(WeakPassword),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl CreateOwnerError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::Email => message!("email-malformed"),
            Self::EmailTaken => message!("staff-email-taken"),
            Self::Password(weak) => weak.message(),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<sea_orm::DbErr> for CreateOwnerError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

impl From<CreateAccountError> for CreateOwnerError {
    fn from(error: CreateAccountError) -> Self {
        match error {
            CreateAccountError::EmailTaken => Self::EmailTaken,
            CreateAccountError::Fault(fault) => Self::Fault(fault),
        }
    }
}

/// An owner whose words were checked, with the hash of the password.
pub struct CheckedOwner {
    email: String,
    hash: String,
}

/// Checks what an owner shall have, and hashes the password: before a transaction, because it takes long.
///
/// # Errors
/// An address or a password that will not do.
pub(crate) async fn check_owner(app: &App, command: &CreateOwner) -> Result<CheckedOwner, CreateOwnerError> {
    let email = normalise_email(&command.email).ok_or(CreateOwnerError::Email)?;
    let password = Password::parse(&command.password, &[&email]).map_err(CreateOwnerError::Password)?;
    let hash = account::hash_password(app, &password).await?;
    Ok(CheckedOwner { email, hash })
}

/// Makes an owner who may come in at once.
///
/// # Errors
/// See [`CreateOwnerError`]; nothing is made then.
pub async fn create_owner(app: &App, command: CreateOwner) -> Result<StaffUser, CreateOwnerError> {
    let checked = check_owner(app, &command).await?;
    let tx = app.db.begin().await?;
    let made = write_owner(&tx, app, checked).await?;
    tx.commit().await?;
    app.staff.clear();
    Ok(made)
}

/// The same, unless the shop has an owner already. Of several servers that start together, one makes it.
///
/// # Errors
/// See [`CreateOwnerError`]; nothing is made then.
pub async fn create_first_owner(app: &App, command: CreateOwner) -> Result<Option<StaffUser>, CreateOwnerError> {
    if has_owner(&app.db).await? {
        return Ok(None);
    }
    let checked = check_owner(app, &command).await?;
    let tx = app.db.begin().await?;
    hold_owner_role(&tx, app).await?;
    if has_owner(&tx).await? {
        return Ok(None);
    }
    let made = write_owner(&tx, app, checked).await?;
    tx.commit().await?;
    app.staff.clear();
    Ok(Some(made))
}

/// Writes an owner.
pub(crate) async fn write_owner(tx: &Tx, app: &App, owner: CheckedOwner) -> Result<StaffUser, CreateOwnerError> {
    let role = hold_owner_role(tx, app).await?;
    let now = app.clock.now();
    let id: StaffUserId = app.ids.new_id();
    let new = StaffUser {
        id,
        email: owner.email,
        first_name: None,
        last_name: None,
        joined_at: Some(now),
        deactivated_at: None,
        version: 1,
        created_at: now,
    };
    let made = join(tx, app, new, Some(owner.hash), Locale::default()).await?;
    let grant = Grant {
        role: role.id,
        channel: None,
    };
    give(tx, app, id, &[grant]).await?;
    let entry =
        Entry::new("createOwner", "StaffUser", id).after(&json!({ "email": made.email, "roles": [role.name] }))?;
    audit::record(tx, app, &Actor::system("create-admin"), entry).await?;
    Ok(made)
}
