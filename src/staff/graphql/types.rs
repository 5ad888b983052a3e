//! Members of staff and roles.

use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};
use entity::ChannelId;

use crate::channel::ChannelObject;
use crate::graphql::context::ContextExt;
use crate::graphql::id::global_id;
use crate::staff::access::{Grants, permissions_of_role};
use crate::staff::graphql::batch::AssignmentsOf;
use crate::staff::graphql::permission::PermissionValue;
use crate::staff::query::{Assignment, Role, StaffUser};

/// The channel of a row, when it is limited to one.
pub(super) async fn channel_of(ctx: &Context<'_>, id: Option<ChannelId>) -> Result<Option<ChannelObject>> {
    let app = ctx.app();
    Ok(match id {
        Some(id) => app.channels.by_id(&app.db, id).await?.map(ChannelObject),
        None => None,
    })
}

/// A member of staff.
pub struct StaffUserObject(pub StaffUser);

impl StaffUserObject {
    async fn assigned(&self, ctx: &Context<'_>) -> Result<Vec<(Assignment, Role)>> {
        Ok(ctx.batch(AssignmentsOf(self.0.id)).await?.unwrap_or_default())
    }
}

/// A member of staff.
#[Object(name = "StaffUser", cache_control(no_cache, private))]
impl StaffUserObject {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        global_id(self.0.id)
    }

    /// The address that they sign in with.
    async fn email(&self) -> &str {
        &self.0.email
    }

    /// Given name.
    async fn first_name(&self) -> Option<&str> {
        self.0.first_name.as_deref()
    }

    /// Family name.
    async fn last_name(&self) -> Option<&str> {
        self.0.last_name.as_deref()
    }

    /// When the invitation was accepted; null as long as it is open.
    async fn joined_at(&self) -> Option<DateTime<Utc>> {
        self.0.joined_at
    }

    /// Whether they may come in, once they have joined.
    async fn active(&self) -> bool {
        self.0.deactivated_at.is_none()
    }

    /// Grows with every change: pass it as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When they were invited.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// Their roles, each once.
    async fn roles(&self, ctx: &Context<'_>) -> Result<Vec<RoleObject>> {
        let mut roles: Vec<Role> = Vec::new();
        for (_, role) in self.assigned(ctx).await? {
            if !roles.iter().any(|known| known.id == role.id) {
                roles.push(role);
            }
        }
        Ok(roles.into_iter().map(RoleObject).collect())
    }

    /// Their roles, with the channels that these count in.
    async fn role_assignments(&self, ctx: &Context<'_>) -> Result<Vec<RoleAssignmentObject>> {
        let assigned = self.assigned(ctx).await?.into_iter();
        Ok(assigned.map(|(row, role)| RoleAssignmentObject { row, role }).collect())
    }

    /// What their roles allow in the channel of the request.
    async fn permissions(&self, ctx: &Context<'_>) -> Result<Vec<PermissionValue>> {
        let mut grants = Grants::default();
        for (row, role) in self.assigned(ctx).await? {
            grants.add(row.channel_id, permissions_of_role(&role));
        }
        Ok(PermissionValue::list(grants.here(ctx.scope().channel.id)))
    }
}

/// That a member of staff has a role.
pub struct RoleAssignmentObject {
    row: Assignment,
    role: Role,
}

/// That a member of staff has a role.
#[Object(name = "RoleAssignment", cache_control(no_cache, private))]
impl RoleAssignmentObject {
    /// The role.
    async fn role(&self) -> RoleObject {
        RoleObject(self.role.clone())
    }

    /// The only channel that it counts in; null when it counts in every one.
    async fn channel(&self, ctx: &Context<'_>) -> Result<Option<ChannelObject>> {
        channel_of(ctx, self.row.channel_id).await
    }
}

/// A named set of permissions.
pub struct RoleObject(pub Role);

/// A named set of permissions.
#[Object(name = "Role", cache_control(no_cache, private))]
impl RoleObject {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        global_id(self.0.id)
    }

    /// Unique name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it is for.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// What it allows.
    async fn permissions(&self) -> Vec<PermissionValue> {
        PermissionValue::list(permissions_of_role(&self.0))
    }

    /// Whether it is the role of owners: it allows everything and cannot be changed.
    async fn is_owner(&self) -> bool {
        self.0.is_owner
    }

    /// Grows with every change: pass it as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}
