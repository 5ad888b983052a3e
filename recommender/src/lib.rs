//! What Merx recommends by: models over baskets, customers and sessions. Pure and deterministic: no clock, no chance, no
//! database. A crate of its own, so that development builds run it at full speed and build the linear algebra once.
//!
//! Items, customers and sessions are small numbers here; whoever calls knows what they stand for.

pub mod content;
pub mod ease;
pub mod eval;
pub mod history;
pub mod neighbours;
pub mod pairs;
pub mod sessions;
pub mod sums;
pub mod together;
pub mod trending;

pub use ease::{EaseError, ITEMS_MAX, ease};
pub use history::{Basket, History, Row, Rows};
pub use neighbours::Neighbours;
pub use sessions::Sessions;
