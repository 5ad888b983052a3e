//! Customers: who buys.
//!
//! Owns the table `customer`. Emits nothing. Invariant: an e-mail address, in lower case, exists once.

mod arrive;
mod ensure;

pub(crate) use arrive::arrive;
pub(crate) use ensure::{NewCustomer, ensure};
