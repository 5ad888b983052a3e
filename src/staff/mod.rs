//! Who works in the shop, and what they may do: members of staff, roles, assignments, keys for programs.
//!
//! Owns the tables `staff_user`, `staff_role`, `role_assignment`, `api_key`. Emits nothing. Invariants: nobody hands on a
//! permission that they do not have, nor changes somebody who may do more than they; once there is an owner, there is
//! always one who can come in.

mod accept_invitation;
mod access;
mod assign_roles;
mod create_api_key;
mod create_owner;
mod grant;
mod graphql;
mod invite;
mod jobs;
mod join_by_provider;
mod owner;
mod page;
mod person;
mod query;
mod reach;
mod revoke_api_key;
mod save_role;
mod update_staff;

pub use accept_invitation::{AcceptError, AcceptInvitation, accept_invitation};
pub use access::{Access, Grants, KEY_PREFIX, by_api_key, permissions_of, permissions_of_role};
pub use assign_roles::{AssignError, AssignRoles, assign_roles};
pub use create_api_key::{CreateApiKey, CreateApiKeyError, CreatedApiKey, create_api_key};
pub(crate) use create_owner::{CheckedOwner, check_owner, write_owner};
pub use create_owner::{CreateOwner, CreateOwnerError, create_first_owner, create_owner};
pub use grant::{Grant, GrantError};
pub use graphql::{
    ApiKeyKey, ApiKeyMutation, ApiKeyObject, PermissionValue, RoleKey, RoleMutation, RoleObject, StaffMutation,
    StaffQuery, StaffUserKey, StaffUserObject,
};
pub use invite::{InviteError, InviteStaff, ResendError, invite, resend_invitation};
pub use jobs::SendInvitation;
pub(crate) use join_by_provider::join_by_provider;
pub use owner::has_owner;
pub use page::ListError;
pub(crate) use query::staff_user_by_id;
pub use query::{
    ApiKey, Assignment, Role, StaffUser, api_keys, api_keys_by_ids, count_api_keys, count_staff_users, roles,
    roles_by_ids, staff_users, staff_users_by_ids,
};
pub use reach::OutOfReach;
pub use revoke_api_key::{RevokeApiKeyError, revoke_api_key};
pub use save_role::{CreateRole, RoleError, UpdateRole, create_role, delete_role, update_role};
pub use update_staff::{UpdateStaff, UpdateStaffError, update_staff};

use crate::app::App;
use crate::platform::jobs::Registry;

/// Says what this domain does later.
pub fn register(jobs: &mut Registry<App>) {
    jobs.add(|app: App, job: SendInvitation| async move { jobs::send_invitation(&app, job).await });
}
