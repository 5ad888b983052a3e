//! What staff did.

pub mod audit_entry;
