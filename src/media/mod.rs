//! Media: pictures and files.
//!
//! Owns no table (rows live with what they show). The port is [`store::Store`]; its embedded twin is a folder, served
//! under `/media/`.

pub mod store;

pub use store::Store;
