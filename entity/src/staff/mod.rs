//! Who works in the shop, and what they may do.

pub mod api_key;
pub mod role_assignment;
pub mod staff_role;
pub mod staff_user;
