//! The demo shop.

mod pictures;
mod shape;
