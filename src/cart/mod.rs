//! Carts: what somebody is about to buy.
//!
//! Owns the tables `cart`, `cart_line`. Emits nothing. Who knows the token owns the cart; only its hash is stored.
//! Invariants: a line has 1 to 9999 units; equal lines are one; a completed cart no longer changes; every change counts
//! the version up. Totals are computed from today's prices at every read, never stored.

mod change;
mod create_cart;
mod forget;
mod graphql;
mod lines;
mod query;
mod select_delivery;
mod totals;
mod update_buyer;

pub use create_cart::create_cart;
pub(crate) use forget::forget_people;
pub use graphql::{AddressInput, AddressObject, CartMutation, CartObject, CartQuery};
pub use lines::{CartError, LineChange, NewLine, add_lines, remove_lines, update_lines};
pub use query::{LoadedCart, LoadedLine, Problem, cart_of_token, load, load_by_token};
pub(crate) use query::{load_by_id_in, load_by_token_in, load_by_tokens_in};
pub use select_delivery::select_delivery;
pub use totals::{LineTotals, PricedLine, TotalError, Totals, totals};
pub use update_buyer::{UpdateBuyer, update_buyer};
