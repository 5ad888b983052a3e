//! Checkout: the one conductor of the dance of cart, stock, payment and order.
//!
//! Owns no table. Stock is reserved when a payment starts and allocated when the order is placed; the gateway is called
//! between the transactions, never inside one. Whatever is interrupted can be asked for again: a cart becomes one order.

mod complete;
mod graphql;
mod settle;
mod start_payment;
mod sweep;

pub use complete::{CompleteCheckout, CompleteError, complete};
pub use graphql::CheckoutMutation;
pub use settle::settle;
pub use start_payment::{StartError, StartPayment, start_payment};
pub use sweep::sweep;
