//! How much there is.

pub mod allocation;
pub mod reservation;
pub mod stock_level;
pub mod stock_movement;
