//! Means of payment that customers keep with a gateway.
//!
//! Owns the tables `gateway_customer`, `payment_method`. Emits nothing. Invariants: no number of a card is ever here, only
//! the gateway's name for it and what may be shown; a means of payment is one customer's; what is forgotten here is
//! forgotten at the gateway by a job.

mod change;
mod customer;
mod forget;
mod graphql;
mod jobs;
mod keep;
mod query;
mod setup;

pub(crate) use customer::{customer_at_gateway, replace_customer};
pub(crate) use forget::forget_people;
pub use graphql::{PaymentMethodMutation, PaymentMethodObject};
pub(super) use jobs::{ForgetCustomer, ForgetMethod, forget_customer, forget_method};
pub(super) use keep::keep_of_payment;
pub use query::{PaymentMethod, kept_method, methods_of};
pub(crate) use setup::setup_told;
