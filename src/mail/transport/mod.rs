//! The port to the world's mail.

mod file;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;

use crate::platform::error::Result;

pub use file::FileTransport;

/// A letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Unique name of the letter: sending it twice delivers it once where the transport can tell.
    pub id: String,
    /// Sender.
    pub from: String,
    /// Receiver.
    pub to: String,
    /// Subject line.
    pub subject: String,
    /// Body as plain text.
    pub text: String,
    /// The same as HTML.
    pub html: Option<String>,
}

/// Delivers mail.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Hands `mail` over.
    ///
    /// # Errors
    /// When it was not taken; the job tries again.
    async fn send(&self, mail: &Mail) -> Result<()>;

    /// Forgets what it still keeps of letters to the address `to`. A transport that hands letters on keeps none.
    ///
    /// # Errors
    /// When they cannot be removed.
    async fn forget(&self, to: &str) -> Result<()> {
        let _ = to;
        Ok(())
    }
}

/// The transport for a data folder: files under `mail/`.
///
/// # Errors
/// When the folder cannot be made.
pub fn from_data_dir(data_dir: &Path) -> Result<Arc<dyn Transport>> {
    Ok(Arc::new(FileTransport::new(data_dir.join("mail"))?))
}
