//! The one test binary: everything goes through the application and its schema.

mod architecture;
mod cart;
mod catalog;
mod checkout;
mod dependencies;
mod drift;
mod platform;
mod support;
mod tax;
