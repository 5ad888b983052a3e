//! Roles that are to be given to somebody.

use std::collections::HashSet;

use entity::staff::role_assignment;
use entity::{ChannelId, RoleId, StaffUserId};
use sea_orm::IntoActiveModel;

use crate::app::App;
use crate::channel::Scope;
use crate::platform::db::{Tx, insert_all};
use crate::platform::error::{Fault, Result};
use crate::platform::locale::{Message, message};
use crate::staff::access::permissions_of_role;
use crate::staff::query::{Role, roles_by_key};
use crate::staff::reach::{OutOfReach, may_grant};

/// Roles of one person at most.
const GRANTS_MAX: usize = 100;

/// A role to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Grant {
    /// The role.
    pub role: RoleId,
    /// The only channel that it counts in; none: in every channel.
    pub channel: Option<ChannelId>,
}

/// Why roles cannot be given.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum GrantError {
    /// There are too many.
    TooMany,
    /// There is no such role: its place, from 0.
    NoRole(usize),
    /// There is no such channel: its place, from 0.
    NoChannel(usize),
    /// An owner is one in every channel: its place, from 0.
    OwnerOfChannel(usize),
    /// The role at this place allows more than the viewer may.
    OutOfReach(usize, OutOfReach),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl GrantError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::TooMany => message!("at-most", max = GRANTS_MAX),
            Self::NoRole(_) => message!("role-not-found"),
            Self::NoChannel(_) => message!("channel-not-found"),
            Self::OwnerOfChannel(_) => message!("role-owner-everywhere"),
            Self::OutOfReach(_, error) => error.message(),
            Self::Fault(_) => message!("failed"),
        }
    }

    /// The place of the role that it is about, from 0.
    pub fn place(&self) -> Option<usize> {
        match self {
            Self::NoRole(at) | Self::NoChannel(at) | Self::OwnerOfChannel(at) | Self::OutOfReach(at, _) => Some(*at),
            Self::TooMany | Self::Fault(_) => None,
        }
    }
}

/// Whether the viewer may give these roles: they exist, and the viewer has what they allow. Gives them each once, with
/// their rows.
pub(super) async fn checked(
    tx: &Tx,
    app: &App,
    scope: &Scope,
    grants: &[Grant],
) -> Result<Vec<(Grant, Role)>, GrantError> {
    if grants.len() > GRANTS_MAX {
        return Err(GrantError::TooMany);
    }
    let ids: Vec<RoleId> = grants.iter().map(|grant| grant.role).collect();
    let roles = roles_by_key(tx, &ids).await?;
    let channels = app.channels.all(&app.db).await?;
    let mut seen = HashSet::new();
    let mut checked = Vec::with_capacity(grants.len());
    for (at, grant) in grants.iter().enumerate() {
        let role = roles.get(&grant.role).ok_or(GrantError::NoRole(at))?;
        if let Some(id) = grant.channel {
            if !channels.iter().any(|channel| channel.id == id) {
                return Err(GrantError::NoChannel(at));
            }
            if role.is_owner {
                return Err(GrantError::OwnerOfChannel(at));
            }
        }
        may_grant(scope, permissions_of_role(role), grant.channel).map_err(|e| GrantError::OutOfReach(at, e))?;
        if seen.insert(*grant) {
            checked.push((*grant, role.clone()));
        }
    }
    Ok(checked)
}

/// Gives roles that `person` does not have yet.
pub(super) async fn give(tx: &Tx, app: &App, person: StaffUserId, grants: &[Grant]) -> Result<()> {
    let now = app.clock.now();
    let rows = grants.iter().map(|grant| {
        role_assignment::Model {
            id: app.ids.new_id(),
            staff_user_id: person,
            role_id: grant.role,
            channel_id: grant.channel,
            created_at: now,
        }
        .into_active_model()
    });
    insert_all(tx, rows.collect()).await
}

/// How the audit log writes roles: their names, with the channel that they are limited to.
pub(super) fn written<'a>(roles: impl IntoIterator<Item = (&'a Role, Option<ChannelId>)>) -> Vec<String> {
    let one = |(role, channel): (&Role, Option<ChannelId>)| match channel {
        Some(channel) => format!("{} in {channel}", role.name),
        None => role.name.clone(),
    };
    let mut written: Vec<String> = roles.into_iter().map(one).collect();
    written.sort_unstable();
    written
}
