//! The one test binary: everything goes through the application and its schema.

mod architecture;
mod cart;
mod catalog;
mod checkout;
mod command;
mod dependencies;
mod drift;
mod platform;
mod seed;
mod support;
mod tax;
