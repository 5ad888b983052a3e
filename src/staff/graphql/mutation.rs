//! Changes of members of staff.

use async_graphql::{Context, Object, Result, SimpleObject};

use crate::graphql::context::ContextExt;
use crate::graphql::error::{ErrorCode, UserError, Warning};
use crate::graphql::guard::{Needs, visible};
use crate::platform::permission::Permission;
use crate::staff::accept_invitation::{AcceptError, accept_invitation};
use crate::staff::assign_roles::{AssignError, AssignRoles, assign_roles};
use crate::staff::grant::GrantError;
use crate::staff::graphql::input::{
    StaffInvitationAcceptInput, StaffInvitationResendInput, StaffInviteInput, StaffRolesAssignInput, StaffUpdateInput,
    grant_path,
};
use crate::staff::graphql::types::StaffUserObject;
use crate::staff::invite::{InviteError, ResendError, invite, resend_invitation};
use crate::staff::query::StaffUser;
use crate::staff::update_staff::{UpdateStaffError, update_staff};

macro_rules! payloads {
    ($($(#[$doc:meta])* $name:ident = $errors:literal;)*) => {$(
        $(#[$doc])*
        #[derive(SimpleObject)]
        pub struct $name {
            /// The member of staff as they are now; null on errors.
            staff_user: Option<StaffUserObject>,
            #[doc = concat!("Why nothing was changed: ", $errors, ".")]
            errors: Vec<UserError>,
            /// What was done differently from what was asked.
            warnings: Vec<Warning>,
        }

        impl From<Result<StaffUser, UserError>> for $name {
            fn from(result: Result<StaffUser, UserError>) -> Self {
                let (staff_user, errors) = match result {
                    Ok(row) => (Some(StaffUserObject(row)), Vec::new()),
                    Err(error) => (None, vec![error]),
                };
                Self { staff_user, errors, warnings: Vec::new() }
            }
        }
    )*};
}

payloads! {
    /// Answer of `staffInvite`.
    StaffInvitePayload = "INVALID_INPUT, ALREADY_EXISTS, NOT_FOUND, PERMISSION_MISSING";
    /// Answer of `staffInvitationResend`.
    StaffInvitationResendPayload = "INVALID_INPUT, NOT_FOUND, PERMISSION_MISSING";
    /// Answer of `staffInvitationAccept`.
    StaffInvitationAcceptPayload = "INVALID_INPUT, INVALID_TOKEN, WEAK_PASSWORD";
    /// Answer of `staffUpdate`.
    StaffUpdatePayload = "INVALID_INPUT, NOT_FOUND, STALE_VERSION, PERMISSION_MISSING, LAST_OWNER";
    /// Answer of `staffRolesAssign`.
    StaffRolesAssignPayload = "INVALID_INPUT, NOT_FOUND, STALE_VERSION, PERMISSION_MISSING, LAST_OWNER";
}

fn grant_error(error: &GrantError, role_ids: usize) -> UserError {
    let code = match error {
        GrantError::NoRole(_) | GrantError::NoChannel(_) => ErrorCode::NotFound,
        GrantError::OutOfReach(..) => ErrorCode::PermissionMissing,
        GrantError::TooMany | GrantError::OwnerOfChannel(_) | GrantError::Fault(_) => ErrorCode::InvalidInput,
    };
    let path = grant_path(role_ids, error.place());
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    UserError::new(code, error.message(), &path)
}

/// Changes of members of staff.
#[derive(Default)]
pub struct StaffMutation;

#[Object]
impl StaffMutation {
    /// Invites somebody to work in the shop. Nobody can hand on a permission that they do not have. Staff only:
    /// `staff.write`.
    #[graphql(guard = "Needs(Permission::StaffWrite)", visible = "visible::staff_write")]
    async fn staff_invite(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom, as what.")] input: StaffInviteInput,
    ) -> Result<StaffInvitePayload> {
        let (role_ids, command) = input.command(ctx.request().locale);
        let error = match Box::pin(invite(ctx.app(), ctx.scope(), &ctx.actor(), command)).await {
            Ok(row) => return Ok(Ok(row).into()),
            Err(InviteError::Fault(fault) | InviteError::Grant(GrantError::Fault(fault))) => return Err(fault.into()),
            Err(InviteError::Grant(error)) => grant_error(&error, role_ids),
            Err(error @ InviteError::Email) => UserError::invalid(error.message(), &["email"]),
            Err(error @ InviteError::EmailTaken) => {
                UserError::new(ErrorCode::AlreadyExists, error.message(), &["email"])
            }
            Err(error @ InviteError::Name(field)) => UserError::invalid(error.message(), &[field]),
        };
        Ok(Err(error).into())
    }

    /// Sends an invitation once more; the one before works no more. Staff only: `staff.write`.
    #[graphql(guard = "Needs(Permission::StaffWrite)", visible = "visible::staff_write")]
    async fn staff_invitation_resend(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose.")] input: StaffInvitationResendInput,
    ) -> Result<StaffInvitationResendPayload> {
        let code = match Box::pin(resend_invitation(ctx.app(), ctx.scope(), &ctx.actor(), input.id.0)).await {
            Ok(row) => return Ok(Ok(row).into()),
            Err(ResendError::Fault(fault)) => return Err(fault.into()),
            Err(error @ ResendError::NotFound) => (ErrorCode::NotFound, error),
            Err(error @ ResendError::NotInvited) => (ErrorCode::InvalidInput, error),
            Err(error @ ResendError::OutOfReach(_)) => (ErrorCode::PermissionMissing, error),
        };
        Ok(Err(UserError::new(code.0, code.1.message(), &["id"])).into())
    }

    /// Accepts an invitation: sets the password of the account. Sign in with `sessionCreate` then.
    async fn staff_invitation_accept(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The secret of the letter, and the password.")] input: StaffInvitationAcceptInput,
    ) -> Result<StaffInvitationAcceptPayload> {
        let error = match Box::pin(accept_invitation(ctx.app(), &ctx.actor(), input.command())).await {
            Ok(row) => return Ok(Ok(row).into()),
            Err(AcceptError::Fault(fault)) => return Err(fault.into()),
            Err(error @ AcceptError::Token) => UserError::new(ErrorCode::InvalidToken, error.message(), &["token"]),
            Err(error @ AcceptError::Password(_)) => {
                UserError::new(ErrorCode::WeakPassword, error.message(), &["password"])
            }
            Err(error @ AcceptError::Name(field)) => UserError::invalid(error.message(), &[field]),
        };
        Ok(Err(error).into())
    }

    /// Renames a member of staff, shuts them out or lets them in again. Nobody can change who may do more than they, nor
    /// shut out the last owner. Staff only: `staff.write`.
    #[graphql(guard = "Needs(Permission::StaffWrite)", visible = "visible::staff_write")]
    async fn staff_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: StaffUpdateInput,
    ) -> Result<StaffUpdatePayload> {
        let id = input.id.0;
        let error = match Box::pin(update_staff(ctx.app(), ctx.scope(), &ctx.actor(), (id, input.change()))).await {
            Ok(row) => return Ok(Ok(row).into()),
            Err(UpdateStaffError::Fault(fault)) => return Err(fault.into()),
            Err(UpdateStaffError::Stale(current)) => UserError::stale(current, &["expectedVersion"]),
            Err(error @ UpdateStaffError::NotFound) => UserError::not_found(error.message(), &["id"]),
            Err(error @ UpdateStaffError::Name(field)) => UserError::invalid(error.message(), &[field]),
            Err(error @ UpdateStaffError::LastOwner) => {
                UserError::new(ErrorCode::LastOwner, error.message(), &["active"])
            }
            Err(error @ UpdateStaffError::OutOfReach(_)) => {
                UserError::new(ErrorCode::PermissionMissing, error.message(), &["id"])
            }
        };
        Ok(Err(error).into())
    }

    /// Gives a member of staff exactly these roles. Nobody can hand on a permission that they do not have, nor change who
    /// may do more than they; the last owner stays one. Staff only: `staff.write`.
    #[graphql(guard = "Needs(Permission::StaffWrite)", visible = "visible::staff_write")]
    async fn staff_roles_assign(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and all roles.")] input: StaffRolesAssignInput,
    ) -> Result<StaffRolesAssignPayload> {
        let command = AssignRoles {
            staff_user: input.id.0,
            expected_version: input.expected_version,
            roles: input.grants(),
        };
        let error = match Box::pin(assign_roles(ctx.app(), ctx.scope(), &ctx.actor(), command)).await {
            Ok(row) => return Ok(Ok(row).into()),
            Err(AssignError::Fault(fault) | AssignError::Grant(GrantError::Fault(fault))) => return Err(fault.into()),
            Err(AssignError::Grant(error)) => grant_error(&error, 0),
            Err(AssignError::Stale(current)) => UserError::stale(current, &["expectedVersion"]),
            Err(error @ AssignError::NotFound) => UserError::not_found(error.message(), &["id"]),
            Err(error @ AssignError::LastOwner) => UserError::new(ErrorCode::LastOwner, error.message(), &["roles"]),
            Err(error @ AssignError::OutOfReach(_)) => {
                UserError::new(ErrorCode::PermissionMissing, error.message(), &["id"])
            }
        };
        Ok(Err(error).into())
    }
}
