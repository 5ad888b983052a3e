//! Inventory: how much there is, who has claimed it, and how it moved.
//!
//! Owns the tables `stock_level`, `stock_movement`, `reservation`, `allocation`. Emits [`AvailabilityChanged`].
//! Invariants, all CHECKs: `0 <= reserved + allocated <= on_hand`; a movement moves something. Every change of stock is
//! one conditional UPDATE: nothing is read, decided and written back.

mod adjust_stock;
mod create_product;
mod events;
mod graphql;
mod import;
mod query;
mod reserve;
mod restock;
mod shift;
mod update_product;

pub use adjust_stock::{AdjustError, AdjustStock, adjust_stock};
pub use create_product::{CreateError, OpeningStock, create_product};
pub use events::AvailabilityChanged;
pub use graphql::{InventoryMutation, StockKey};
pub use import::set_on_hand;
pub use query::{StockLevel, levels_of_variants, reserved_by_cart};
pub(crate) use reserve::{
    Claim, Claimed, Held, Shortage, Taking, allocate, allocate_held, end_reservations, release, release_expired,
    reserve,
};
pub(crate) use restock::{Returned, restock};
pub use update_product::{ChangeError, update_product};
