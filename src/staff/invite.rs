//! Somebody is asked to work in the shop. The account is there from then on, and opens when the invitation is accepted.

use entity::{StaffUserId, TypedId};
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde_json::json;

use crate::account::{self, AccountKind, CreateAccountError, NewAccount};
use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::channel::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{Fault, Result};
use crate::platform::jobs::enqueue;
use crate::platform::locale::{Locale, Message, message};
use crate::platform::text::normalise_email;
use crate::staff::grant::{Grant, GrantError, checked, give, written};
use crate::staff::jobs::SendInvitation;
use crate::staff::person::{HoldError, NAME_MAX, hold, name_part};
use crate::staff::query::StaffUser;
use crate::staff::reach::{OutOfReach, may_change};

/// Somebody to invite.
#[derive(Clone, Debug)]
pub struct InviteStaff {
    /// Where the invitation goes.
    pub email: String,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// What they shall be.
    pub roles: Vec<Grant>,
    /// The language of their mail.
    pub locale: Locale,
}

/// Why nobody was invited.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum InviteError {
    /// The address cannot be one.
    Email,
    /// Somebody of staff has the address.
    EmailTaken,
    /// The field holds too long a name.
    Name(&'static str),
    /// The roles cannot be given.
    Grant(#[from] GrantError),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl InviteError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::Email => message!("email-malformed"),
            Self::EmailTaken => message!("staff-email-taken"),
            Self::Name(_) => message!("name-length", max = NAME_MAX),
            Self::Grant(error) => error.message(),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<sea_orm::DbErr> for InviteError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

impl From<CreateAccountError> for InviteError {
    fn from(error: CreateAccountError) -> Self {
        match error {
            CreateAccountError::EmailTaken => Self::EmailTaken,
            CreateAccountError::Fault(fault) => Self::Fault(fault),
        }
    }
}

/// Makes a member of staff who cannot come in yet, and sends the invitation.
///
/// # Errors
/// See [`InviteError`]; nothing is made then.
pub async fn invite(app: &App, scope: &Scope, actor: &Actor, command: InviteStaff) -> Result<StaffUser, InviteError> {
    let new = StaffUser {
        id: app.ids.new_id(),
        email: normalise_email(&command.email).ok_or(InviteError::Email)?,
        first_name: name_part(command.first_name).map_err(|_| InviteError::Name("firstName"))?,
        last_name: name_part(command.last_name).map_err(|_| InviteError::Name("lastName"))?,
        joined_at: None,
        deactivated_at: None,
        version: 1,
        created_at: app.clock.now(),
    };
    let tx = app.db.begin().await?;
    let grants = checked(&tx, app, scope, &command.roles).await?;
    // The account first: its unique address decides between two who invite the same person.
    let new = join(&tx, app, new, None, command.locale).await?;
    let plain: Vec<Grant> = grants.iter().map(|(grant, _)| *grant).collect();
    give(&tx, app, new.id, &plain).await?;
    enqueue(
        &tx,
        &SendInvitation {
            to: new.id,
            by: scope.viewer.staff_user(),
        },
    )
    .await?;
    let roles = written(grants.iter().map(|(grant, role)| (role, grant.channel)));
    let entry = Entry::new("staffInvite", "StaffUser", new.id).after(&json!({ "email": new.email, "roles": roles }))?;
    audit::record(&tx, app, actor, entry).await?;
    tx.commit().await?;
    Ok(new)
}

/// Writes a member of staff with the account that opens to them. On PostgreSQL the transaction can do nothing more when
/// the address is taken.
pub(super) async fn join(
    tx: &Tx,
    app: &App,
    new: StaffUser,
    password_hash: Option<String>,
    locale: Locale,
) -> Result<StaffUser, CreateAccountError> {
    let account = NewAccount {
        id: new.id.uuid(),
        kind: AccountKind::Staff,
        email: new.email.clone(),
        // Its first password comes by way of the mailbox, or from whoever runs the server.
        verified: true,
        password_hash,
        locale,
    };
    account::create(tx, &app.clock, account).await?;
    Ok(new.into_active_model().insert(tx).await?)
}

/// Why an invitation was not sent again.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum ResendError {
    /// There is no such member of staff.
    NotFound,
    /// They have joined already, or may not come in.
    NotInvited,
    /// They shall be more than the viewer is.
    OutOfReach(#[from] OutOfReach),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl ResendError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::NotFound => message!("staff-not-found"),
            Self::NotInvited => message!("staff-not-invited"),
            Self::OutOfReach(error) => error.message(),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<sea_orm::DbErr> for ResendError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Sends an invitation once more, with a new secret; the old one works no more.
///
/// # Errors
/// See [`ResendError`]; nothing is sent then.
pub async fn resend_invitation(
    app: &App,
    scope: &Scope,
    actor: &Actor,
    id: StaffUserId,
) -> Result<StaffUser, ResendError> {
    let tx = app.db.begin().await?;
    let (person, grants) = hold(&tx, scope, id, None).await.map_err(|error| match error {
        HoldError::Fault(fault) => ResendError::Fault(fault),
        HoldError::NotFound | HoldError::Stale(_) => ResendError::NotFound,
    })?;
    if person.joined_at.is_some() || person.deactivated_at.is_some() {
        return Err(ResendError::NotInvited);
    }
    may_change(scope, &grants)?;
    enqueue(
        &tx,
        &SendInvitation {
            to: id,
            by: scope.viewer.staff_user(),
        },
    )
    .await?;
    let entry = Entry::new("staffInvitationResend", "StaffUser", id)
        .before(&json!({ "version": person.version - 1 }))?
        .after(&json!({ "version": person.version }))?;
    audit::record(&tx, app, actor, entry).await?;
    tx.commit().await?;
    Ok(person)
}
