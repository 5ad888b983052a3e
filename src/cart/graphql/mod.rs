//! Carts in the schema.

mod input;
mod mutation;
mod payload;
mod query;
mod types;

pub use input::AddressInput;
pub use mutation::CartMutation;
pub use query::CartQuery;
pub use types::{AddressObject, CartObject};
