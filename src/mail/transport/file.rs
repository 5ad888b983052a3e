//! The embedded twin: each letter is a file, readable as it is.

use std::path::PathBuf;

use async_trait::async_trait;

use crate::mail::transport::{Mail, Transport};
use crate::platform::error::Result;

/// Writes each letter to `<folder>/<id>.eml`.
pub struct FileTransport {
    folder: PathBuf,
}

impl FileTransport {
    /// Makes the folder when it is not there.
    ///
    /// # Errors
    /// When that fails.
    pub fn new(folder: PathBuf) -> Result<Self> {
        std::fs::create_dir_all(&folder)?;
        Ok(Self { folder })
    }
}

/// A header must not smuggle another one in.
fn header(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[async_trait]
impl Transport for FileTransport {
    async fn send(&self, mail: &Mail) -> Result<()> {
        let name: String = mail
            .id
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        let text = format!(
            "From: {}\r\nTo: {}\r\nSubject: {}\r\nMessage-ID: <{name}@merx>\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}",
            header(&mail.from),
            header(&mail.to),
            header(&mail.subject),
            mail.text
        );
        // Written aside and renamed: a reader never sees half a letter, and a repeated send replaces it.
        let part = self.folder.join(format!("{name}.part"));
        tokio::fs::write(&part, text).await?;
        tokio::fs::rename(&part, self.folder.join(format!("{name}.eml"))).await?;
        Ok(())
    }
}
