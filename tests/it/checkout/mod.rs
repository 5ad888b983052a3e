//! From a cart to an order.

mod gateway;
mod gift_cards;
mod guards;
mod journey;
mod left_open;
mod race;
mod reconcile;
mod scripted;
pub mod several;
mod slow_gateway;
mod statements;
mod together;
mod told;
mod webhooks;
