//! Staff: who may do what, and who says so.

mod admin;
mod api_keys;
mod lists;
mod people;
mod permissions;
mod roles;
