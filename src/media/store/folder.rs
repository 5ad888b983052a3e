//! The embedded twin: a folder.

use std::io::ErrorKind;
use std::path::PathBuf;

use async_trait::async_trait;
use bytes::Bytes;

use crate::media::store::{Store, is_plain_key};
use crate::platform::error::{Fault, Result};

/// Keeps each file at `<folder>/<key>`.
pub struct FolderStore {
    folder: PathBuf,
}

impl FolderStore {
    /// Makes the folder when it is not there.
    ///
    /// # Errors
    /// When that fails.
    pub fn new(folder: PathBuf) -> Result<Self> {
        std::fs::create_dir_all(&folder)?;
        Ok(Self { folder })
    }
}

#[async_trait]
impl Store for FolderStore {
    async fn put(&self, key: &str, content: Bytes) -> Result<()> {
        if !is_plain_key(key) {
            return Err(Fault::Invariant("media key is not a plain path"));
        }
        let path = self.folder.join(key);
        if let Some(parent) = path.parent() {
            tokio::fs::create_dir_all(parent).await?;
        }
        Ok(tokio::fs::write(path, content).await?)
    }

    async fn get(&self, key: &str) -> Result<Option<Bytes>> {
        if !is_plain_key(key) {
            return Ok(None);
        }
        match tokio::fs::read(self.folder.join(key)).await {
            Ok(content) => Ok(Some(content.into())),
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::IsADirectory) => Ok(None),
            Err(e) => Err(e.into()),
        }
    }

    async fn delete(&self, key: &str) -> Result<()> {
        if !is_plain_key(key) {
            return Ok(());
        }
        match tokio::fs::remove_file(self.folder.join(key)).await {
            Err(e) if e.kind() != ErrorKind::NotFound => Err(e.into()),
            _ => Ok(()),
        }
    }
}
