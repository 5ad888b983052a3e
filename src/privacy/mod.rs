//! Privacy: what people may ask of the data about them, to have it and to have it gone.
//!
//! Owns no table; emits [`CustomerErased`]. It stands above the core domains that hold data about people, and asks each of
//! them; satellites listen to the event, and register what they add to an export with [`Exports`].
//! Invariants: an export holds everything that names its owner, and lies nowhere: it is answered in parts; an erasure is
//! one transaction, and what it leaves (goods, amounts, countries) names nobody.

mod erase;
mod events;
mod export;
mod exports;
mod graphql;

pub use erase::{EraseError, erase, erase_own};
pub use events::CustomerErased;
pub use export::{Export, ExportError, ORDERS_MAX, export, export_for_staff};
pub use exports::{Exports, Part};
pub use graphql::PrivacyMutation;
