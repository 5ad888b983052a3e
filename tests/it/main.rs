//! The one test binary: everything goes through the application and its schema.

mod architecture;
mod catalog;
mod dependencies;
mod drift;
mod platform;
mod support;
mod tax;
