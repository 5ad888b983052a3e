//! Merchandising in the schema: all of it for staff.

mod input;
mod mutation;
mod query;
mod types;

pub use mutation::MerchandisingMutation;
pub(in crate::search) use mutation::of_synonym;
pub use query::MerchandisingQuery;
pub use types::SearchSynonymObject;
