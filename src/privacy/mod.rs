//! Privacy: what people may ask of the data about them, to have it and to have it gone.
//!
//! Owns no table and emits nothing. It stands above the domains that hold data about people, and asks each of them.
//! Invariants: an export holds everything that names its owner, and lies nowhere: it is answered in parts; an erasure is
//! one transaction, and what it leaves (goods, amounts, countries) names nobody.

mod erase;
mod export;
mod graphql;

pub use erase::{EraseError, erase, erase_own};
pub use export::{Export, ExportError, ORDERS_MAX, export, export_for_staff};
pub use graphql::PrivacyMutation;
