//! What visitors do.

pub mod interaction;
pub mod visit_key;
