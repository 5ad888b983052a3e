//! Shipping: ways of delivery and what they cost.
//!
//! Owns the table `delivery_method`. Emits nothing. Invariant: a price list is read from the lightest step up; a parcel
//! heavier than the last step cannot go that way.

mod query;
mod rate;

pub use query::Deliveries;
pub use rate::{DeliveryOption, options};
