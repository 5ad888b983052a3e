//! What is about to be bought.

#[expect(clippy::module_inception, reason = "a file is named like its table")]
pub mod cart;
pub mod cart_line;
