//! From a cart to an order.

mod gateway;
mod journey;
mod race;
mod slow_gateway;
