//! Who buys.

#[expect(clippy::module_inception, reason = "a file is named like its table")]
pub mod customer;
pub mod customer_address;
