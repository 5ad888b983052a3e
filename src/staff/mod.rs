//! Who works in the shop, and what they may do: members of staff, roles, assignments, keys for programs.
//!
//! Owns the tables `staff_user`, `staff_role`, `role_assignment`, `api_key`. Invariants: nobody hands on a permission that
//! they do not have, nor changes somebody who has more than they; the shop always has an owner who can come in.

mod access;
mod create_api_key;
mod page;
mod query;
mod reach;
mod revoke_api_key;

pub use access::{Access, KEY_PREFIX, by_api_key, permissions_of};
pub use create_api_key::{CreateApiKey, CreateApiKeyError, CreatedApiKey, create_api_key};
pub use page::ListError;
pub(crate) use query::staff_user_by_id;
pub use query::{
    ApiKey, Assignment, Role, StaffUser, api_keys, api_keys_by_ids, count_api_keys, count_staff_users, roles,
    roles_by_ids, staff_users, staff_users_by_ids,
};
pub use reach::OutOfReach;
pub use revoke_api_key::{RevokeApiKeyError, revoke_api_key};
