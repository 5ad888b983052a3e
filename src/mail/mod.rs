//! Mail: letters in the language of who gets them, delivered by a transport.
//!
//! Owns no table. The port is [`transport::Transport`]; its embedded twin writes files. `send` writes a
//! [`letter::Letter`] and hands it over; jobs call it, and a secret that a letter holds is made by the job, so that none
//! ever stands in the job table.

pub mod letter;
mod send;
pub mod transport;

pub use letter::Letter;
pub(crate) use send::{Envelope, name_of, send};
pub use transport::{Mail, Transport};
