//! A member of staff gets other roles.

use std::collections::HashSet;

use entity::staff::role_assignment;
use entity::{RoleAssignmentId, StaffUserId};
use sea_orm::{EntityTrait, QueryFilter};
use serde_json::json;

use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::channel::Scope;
use crate::platform::db::any_of;
use crate::platform::error::{Fault, Result};
use crate::platform::locale::{Message, message};
use crate::staff::grant::{Grant, GrantError, checked, give, written};
use crate::staff::owner::{has_owner, hold_owner_role};
use crate::staff::person::{HoldError, hold};
use crate::staff::query::{StaffUser, assignments_of};
use crate::staff::reach::{OutOfReach, may_change};

/// The roles that somebody shall have.
#[derive(Clone, Debug)]
pub struct AssignRoles {
    /// Who.
    pub staff_user: StaffUserId,
    /// All of them.
    pub roles: Vec<Grant>,
    /// The version the change was made on; another one is refused.
    pub expected_version: Option<i32>,
}

/// Why roles were not assigned.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum AssignError {
    /// There is no such member of staff.
    NotFound,
    /// The row is at this version.
    Stale(i32),
    /// The roles cannot be given.
    Grant(#[from] GrantError),
    /// The person may do more than the viewer.
    OutOfReach(#[from] OutOfReach),
    /// Nobody could let others in any more.
    LastOwner,
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl AssignError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::NotFound => message!("staff-not-found"),
            Self::Stale(version) => message!("version-stale", version = *version),
            Self::Grant(error) => error.message(),
            Self::OutOfReach(error) => error.message(),
            Self::LastOwner => message!("last-owner"),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<sea_orm::DbErr> for AssignError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

impl From<HoldError> for AssignError {
    fn from(error: HoldError) -> Self {
        match error {
            HoldError::NotFound => Self::NotFound,
            HoldError::Stale(version) => Self::Stale(version),
            HoldError::Fault(fault) => Self::Fault(fault),
        }
    }
}

/// Gives a member of staff exactly these roles. The viewer has what they allow, and what the person could do before.
///
/// # Errors
/// See [`AssignError`]; nothing is changed then.
pub async fn assign_roles(
    app: &App,
    scope: &Scope,
    actor: &Actor,
    command: AssignRoles,
) -> Result<StaffUser, AssignError> {
    let id = command.staff_user;
    let tx = app.db.begin().await?;
    hold_owner_role(&tx, app).await?;
    let (person, grants) = hold(&tx, scope, id, command.expected_version).await?;
    may_change(scope, &grants)?;
    let wanted = checked(&tx, app, scope, &command.roles).await?;
    let had = assignments_of(&tx, &[id]).await?.remove(&id).unwrap_or_default();

    let of_row = |row: &role_assignment::Model| Grant {
        role: row.role_id,
        channel: row.channel_id,
    };
    let kept: HashSet<Grant> = had.iter().map(|(row, _)| of_row(row)).collect();
    let asked: HashSet<Grant> = wanted.iter().map(|(grant, _)| *grant).collect();
    let gone: Vec<RoleAssignmentId> = had
        .iter()
        .filter(|(row, _)| !asked.contains(&of_row(row)))
        .map(|(row, _)| row.id)
        .collect();
    let new: Vec<Grant> = wanted
        .iter()
        .map(|(grant, _)| *grant)
        .filter(|g| !kept.contains(g))
        .collect();
    role_assignment::Entity::delete_many()
        .filter(any_of(&tx, role_assignment::Column::Id, &gone))
        .exec(&tx)
        .await?;
    give(&tx, app, id, &new).await?;
    let was_owner = had.iter().any(|(_, role)| role.is_owner);
    if was_owner && !has_owner(&tx).await? {
        return Err(AssignError::LastOwner);
    }
    let entry = Entry::new("staffRolesAssign", "StaffUser", id)
        .before(&json!({ "roles": written(had.iter().map(|(row, role)| (role, row.channel_id))) }))?
        .after(&json!({ "roles": written(wanted.iter().map(|(grant, role)| (role, grant.channel))) }))?;
    audit::record(&tx, app, actor, entry).await?;
    tx.commit().await?;
    app.staff.clear();
    Ok(person)
}
