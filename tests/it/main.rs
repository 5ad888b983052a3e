//! The one test binary: everything goes through the application and its schema.

mod cart;
mod catalog;
mod checkout;
mod command;
mod seed;
mod support;
