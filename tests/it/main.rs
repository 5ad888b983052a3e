//! The one test binary: everything goes through the application and its schema.

mod architecture;
mod cart;
mod catalog;
mod checkout;
mod database;
mod dependencies;
mod drift;
mod http;
mod jobs;
mod platform;
mod support;
mod tax;
