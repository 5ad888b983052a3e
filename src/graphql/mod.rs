//! The schema as a whole: the merged roots and what all domains share. No business rule.

pub mod batch;
pub mod boundary;
pub mod context;
pub mod error;
pub mod federation;
pub mod guard;
pub mod id;

pub mod node;
pub mod once;
pub mod page;
pub(crate) mod payload;
pub mod permissions;
pub mod root;
pub mod scalar;
pub mod sdl;
pub mod time;
pub mod validated;
pub mod visibility;
