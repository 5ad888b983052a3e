//! Carts.

mod lines;
