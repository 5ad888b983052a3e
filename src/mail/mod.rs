//! Mail: rendered by whoever has something to say, delivered by a transport.
//!
//! Owns no table. The port is [`transport::Transport`]; its embedded twin writes files.

pub mod transport;

pub use transport::{Mail, Transport};
