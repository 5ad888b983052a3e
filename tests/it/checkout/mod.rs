//! From a cart to an order.

mod gateway;
mod journey;
mod left_open;
mod race;
mod slow_gateway;
mod statements;
