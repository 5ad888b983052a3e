//! From a cart to an order.

mod gateway;
mod journey;
mod race;
