//! The port to the place where files are kept.

mod folder;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

use crate::platform::error::Result;

pub use folder::FolderStore;

/// Keeps files under keys such as `demo/mug.svg`.
#[async_trait]
pub trait Store: Send + Sync {
    /// Keeps `content` under `key`, in place of what was there.
    ///
    /// # Errors
    /// When the key is not a plain relative path, or the store fails.
    async fn put(&self, key: &str, content: Bytes) -> Result<()>;

    /// What is kept under `key`, if anything.
    ///
    /// # Errors
    /// When the store fails. A key that is not a plain relative path has nothing.
    async fn get(&self, key: &str) -> Result<Option<Bytes>>;

    /// Takes away what is kept under `key`, if anything.
    ///
    /// # Errors
    /// When the store fails. A key that is not a plain relative path has nothing.
    async fn delete(&self, key: &str) -> Result<()>;
}

/// The store for a data folder: files under `media/`.
///
/// # Errors
/// When the folder cannot be made.
pub fn from_data_dir(data_dir: &Path) -> Result<Arc<dyn Store>> {
    Ok(Arc::new(FolderStore::new(data_dir.join("media"))?))
}

/// The store of files that nobody is served: under `exchange/` of the data folder.
///
/// # Errors
/// When the folder cannot be made.
pub fn private_from_data_dir(data_dir: &Path) -> Result<Arc<dyn Store>> {
    Ok(Arc::new(FolderStore::new(data_dir.join("exchange"))?))
}

/// Whether `key` is made of plain segments: letters, digits, `-`, `_`, `.`, not starting with a dot.
pub fn is_plain_key(key: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    key.split('/')
        .all(|part| !part.is_empty() && !part.starts_with('.') && part.chars().all(plain))
}
