//! Changes of roles.

use async_graphql::{Context, ID, Object, Result, SimpleObject};

use crate::graphql::context::ContextExt;
use crate::graphql::error::{ErrorCode, UserError, Warning};
use crate::graphql::guard::{Needs, visible};
use crate::graphql::id::global_id;
use crate::platform::error::Fault;
use crate::platform::permission::Permission;
use crate::staff::graphql::input::{RoleCreateInput, RoleDeleteInput, RoleUpdateInput};
use crate::staff::graphql::types::RoleObject;
use crate::staff::query::Role;
use crate::staff::save_role::{RoleError, create_role, delete_role, update_role};

/// Answer of `roleCreate`.
#[derive(SimpleObject)]
pub struct RoleCreatePayload {
    /// The new role; null on errors.
    role: Option<RoleObject>,
    /// Why nothing was made: INVALID_INPUT, ALREADY_EXISTS, PERMISSION_MISSING.
    errors: Vec<UserError>,
    /// What was done differently from what was asked.
    warnings: Vec<Warning>,
}

/// Answer of `roleUpdate`.
#[derive(SimpleObject)]
pub struct RoleUpdatePayload {
    /// The role as it is now; null on errors.
    role: Option<RoleObject>,
    /// Why nothing was changed: INVALID_INPUT, NOT_FOUND, ALREADY_EXISTS, STALE_VERSION, PERMISSION_MISSING.
    errors: Vec<UserError>,
    /// What was done differently from what was asked.
    warnings: Vec<Warning>,
}

/// Answer of `roleDelete`.
#[derive(SimpleObject)]
pub struct RoleDeletePayload {
    /// The id of the role that is gone; null on errors.
    deleted_id: Option<ID>,
    /// Why nothing was deleted: INVALID_INPUT, NOT_FOUND, PERMISSION_MISSING.
    errors: Vec<UserError>,
    /// What was done differently from what was asked.
    warnings: Vec<Warning>,
}

/// What of `result` is data: the role or the payload error.
fn told<T>(result: Result<T, RoleError>) -> Result<(Option<T>, Vec<UserError>), Fault> {
    let error = match result {
        Ok(done) => return Ok((Some(done), Vec::new())),
        Err(RoleError::Fault(fault)) => return Err(fault),
        Err(error) => error,
    };
    let (code, field) = match &error {
        RoleError::Stale(current) => return Ok((None, vec![UserError::stale(*current, &["expectedVersion"])])),
        RoleError::NotFound => (ErrorCode::NotFound, "id"),
        RoleError::NameTaken => (ErrorCode::AlreadyExists, "name"),
        RoleError::OutOfReach(_) => (ErrorCode::PermissionMissing, "permissions"),
        RoleError::Name => (ErrorCode::InvalidInput, "name"),
        RoleError::Description => (ErrorCode::InvalidInput, "description"),
        RoleError::OfOwners | RoleError::InUse(_) | RoleError::Fault(_) => (ErrorCode::InvalidInput, "id"),
    };
    Ok((None, vec![UserError::new(code, error.message(), &[field])]))
}

/// Changes of roles.
#[derive(Default)]
pub struct RoleMutation;

#[Object]
impl RoleMutation {
    /// Makes a role. It can allow only what the viewer has in every channel. Staff only: `staff.write`.
    #[graphql(guard = "Needs(Permission::StaffWrite)", visible = "visible::staff_write")]
    async fn role_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The role.")] input: RoleCreateInput,
    ) -> Result<RoleCreatePayload> {
        let made = Box::pin(create_role(ctx.app(), ctx.scope(), &ctx.actor(), input.command())).await;
        let (role, errors) = told::<Role>(made)?;
        Ok(RoleCreatePayload {
            role: role.map(RoleObject),
            errors,
            warnings: Vec::new(),
        })
    }

    /// Changes a role for everybody who has it. Staff only: `staff.write`.
    #[graphql(guard = "Needs(Permission::StaffWrite)", visible = "visible::staff_write")]
    async fn role_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: RoleUpdateInput,
    ) -> Result<RoleUpdatePayload> {
        let id = input.id.0;
        let changed = Box::pin(update_role(ctx.app(), ctx.scope(), &ctx.actor(), (id, input.change()))).await;
        let (role, errors) = told::<Role>(changed)?;
        Ok(RoleUpdatePayload {
            role: role.map(RoleObject),
            errors,
            warnings: Vec::new(),
        })
    }

    /// Deletes a role that nobody has. Staff only: `staff.write`.
    #[graphql(guard = "Needs(Permission::StaffWrite)", visible = "visible::staff_write")]
    async fn role_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: RoleDeleteInput,
    ) -> Result<RoleDeletePayload> {
        let id = input.id.0;
        let (done, errors) = told(Box::pin(delete_role(ctx.app(), ctx.scope(), &ctx.actor(), id)).await)?;
        Ok(RoleDeletePayload {
            deleted_id: done.map(|()| global_id(id)),
            errors,
            warnings: Vec::new(),
        })
    }
}
