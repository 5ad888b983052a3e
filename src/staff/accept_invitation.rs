//! An invitation is accepted: the account gets its password, and its owner may come in.

use entity::staff::staff_user;
use entity::{StaffUserId, TypedId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use crate::account::{self, Password, Purpose, WeakPassword};
use crate::app::App;
use crate::audit::{self, Actor, Entry, Identity};
use crate::platform::db::Tx;
use crate::platform::error::{Fault, Result};
use crate::platform::locale::{Message, message};
use crate::staff::person::{NAME_MAX, name_part};
use crate::staff::query::{StaffUser, staff_user_by_id};

/// An invitation and what is chosen with it.
#[derive(Clone)]
pub struct AcceptInvitation {
    /// The secret of the letter.
    pub token: String,
    /// The password from now on.
    pub password: String,
    /// Given name; none leaves it as the invitation had it.
    pub first_name: Option<String>,
    /// Family name; none leaves it as the invitation had it.
    pub last_name: Option<String>,
}

/// Why an invitation was not accepted.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum AcceptError {
    /// The secret is unknown, used, too old, or its account is closed.
    Token,
    /// The password is easily guessed.
    Password(WeakPassword),
    /// The field holds too long a name.
    Name(&'static str),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl AcceptError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::Token => message!("invitation-invalid"),
            Self::Password(weak) => weak.message(),
            Self::Name(_) => message!("name-length", max = NAME_MAX),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<sea_orm::DbErr> for AcceptError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Sets the password of an invited member of staff, who may come in from then on. The secret works once.
///
/// # Errors
/// See [`AcceptError`]; the secret still works then, if it did.
pub async fn accept_invitation(app: &App, actor: &Actor, command: AcceptInvitation) -> Result<StaffUser, AcceptError> {
    let first_name = name_part(command.first_name).map_err(|_| AcceptError::Name("firstName"))?;
    let last_name = name_part(command.last_name).map_err(|_| AcceptError::Name("lastName"))?;
    // Looked at first and taken back: hashing is dear, and is not done for a secret that nobody was sent.
    let tx = app.db.begin().await?;
    let person = invited(&tx, app, &command.token).await?;
    tx.rollback().await?;
    let hints: Vec<&str> = [
        Some(person.email.as_str()),
        person.first_name.as_deref(),
        person.last_name.as_deref(),
    ]
    .into_iter()
    .flatten()
    .collect();
    let password = Password::parse(&command.password, &hints).map_err(AcceptError::Password)?;
    let hash = account::hash_password(app, &password).await?;

    let tx = app.db.begin().await?;
    let person = invited(&tx, app, &command.token).await?;
    account::set_password(&tx, app, person.id.uuid(), hash).await?;
    let mut update = staff_user::Entity::update_many()
        .col_expr(staff_user::Column::JoinedAt, Expr::value(app.clock.now()))
        .filter(staff_user::Column::Id.eq(person.id));
    if let Some(name) = first_name {
        update = update.col_expr(staff_user::Column::FirstName, Expr::value(name));
    }
    if let Some(name) = last_name {
        update = update.col_expr(staff_user::Column::LastName, Expr::value(name));
    }
    update.exec(&tx).await?;
    let actor = actor.clone().known_as(Identity::Staff(person.id));
    let entry = Entry::new("staffInvitationAccept", "StaffUser", person.id)
        .before(&json!({ "joined": false }))?
        .after(&json!({ "joined": true }))?;
    audit::record(&tx, app, &actor, entry).await?;
    let joined = staff_user_by_id(&tx, person.id).await?;
    tx.commit().await?;
    app.staff.clear();
    joined.ok_or(AcceptError::Fault(Fault::Invariant("a member of staff vanished")))
}

/// Uses the secret up and gives whom it invites.
async fn invited(tx: &Tx, app: &App, token: &str) -> Result<StaffUser, AcceptError> {
    let found = account::redeem(tx, app, Purpose::Invite, token).await?;
    let id = found.ok_or(AcceptError::Token)?.account_id;
    let person = staff_user_by_id(tx, StaffUserId::from_uuid(id)).await?;
    let waits = |person: &StaffUser| person.joined_at.is_none() && person.deactivated_at.is_none();
    person.filter(waits).ok_or(AcceptError::Token)
}
