//! The one test binary: everything goes through the application and its schema.

mod catalog;
mod support;
