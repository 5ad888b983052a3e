//! The catalogue.

mod draft;
mod filter;
mod list;
mod update;
