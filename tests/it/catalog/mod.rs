//! The catalogue.

mod create;
mod draft;
mod filter;
mod list;
mod update;
