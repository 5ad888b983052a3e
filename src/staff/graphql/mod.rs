//! Staff in the schema.

mod batch;
mod input;
mod keys;
mod mutation;
mod permission;
mod query;
mod roles;
mod types;

pub use batch::{ApiKeyKey, RoleKey, StaffUserKey};
pub use keys::{ApiKeyMutation, ApiKeyObject};
pub use mutation::StaffMutation;
pub use permission::PermissionValue;
pub use query::StaffQuery;
pub use roles::RoleMutation;
pub use types::{RoleObject, StaffUserObject};
