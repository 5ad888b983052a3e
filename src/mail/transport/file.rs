//! The embedded twin: each letter is a file, readable as it is.

use std::path::PathBuf;

use async_trait::async_trait;

use crate::mail::transport::{Mail, Transport};
use crate::platform::error::Result;
use crate::platform::text::sha256_hex;

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

/// A part of the body with its headers. Lines end as those of mail do.
fn part(kind: &str, text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    format!(
        "Content-Type: {kind}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}\r\n",
        lines.join("\r\n")
    )
}

/// Text alone, or text and HTML of which a reader chooses.
fn body(mail: &Mail) -> String {
    let text = part("text/plain", &mail.text);
    let Some(html) = &mail.html else { return text };
    let html = part("text/html", html);
    // No body holds its own hash.
    let boundary = sha256_hex([text.as_bytes(), html.as_bytes()].concat());
    format!(
        "Content-Type: multipart/alternative; boundary=\"{boundary}\"\r\n\r\n\
         --{boundary}\r\n{text}--{boundary}\r\n{html}--{boundary}--\r\n"
    )
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
            "From: {}\r\nTo: {}\r\nSubject: {}\r\nMessage-ID: <{name}@merx>\r\nMIME-Version: 1.0\r\n{}",
            header(&mail.from),
            header(&mail.to),
            header(&mail.subject),
            body(mail),
        );
        // Written aside and renamed: a reader never sees half a letter, and a repeated send replaces it.
        let part = self.folder.join(format!("{name}.part"));
        tokio::fs::write(&part, text).await?;
        tokio::fs::rename(&part, self.folder.join(format!("{name}.eml"))).await?;
        Ok(())
    }

    async fn forget(&self, to: &str) -> Result<()> {
        let line = format!("\r\nTo: {}\r\n", header(to));
        let mut files = tokio::fs::read_dir(&self.folder).await?;
        while let Some(file) = files.next_entry().await? {
            // A letter that vanishes meanwhile needs no removing.
            let letter = tokio::fs::read(file.path()).await.unwrap_or_default();
            let text = String::from_utf8_lossy(&letter);
            let head = text.split_once("\r\n\r\n").map_or("", |(head, _)| head);
            if format!("{head}\r\n").contains(&line) {
                tokio::fs::remove_file(file.path()).await?;
            }
        }
        Ok(())
    }
}
