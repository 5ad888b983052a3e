//! The catalogue in the schema.

mod batch;
mod compare;
mod groups;
mod input;
mod mutation;
mod picture;
mod query;
mod types;

pub use batch::{CollectionKey, ProductKey, VariantKey};
pub use compare::ComparisonQuery;
pub use groups::{CategoryObject, CollectionObject};
pub use input::{ProductInput, VariantInput, draft_of, opening_stock};
pub use mutation::{CatalogMutation, save_errors};
pub use query::{CatalogQuery, SortDirection};
pub use types::{ProductObject, VariantObject};
