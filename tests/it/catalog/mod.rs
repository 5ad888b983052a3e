//! The catalogue.

mod compare;
mod create;
mod draft;
mod filter;
mod list;
mod update;
