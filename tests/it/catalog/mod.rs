//! The catalogue.

mod list;
