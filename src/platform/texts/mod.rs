//! The port to short texts that servers share for a while, such as documents that clients have registered by their hash.

mod in_process;
mod redis;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::platform::error::Result;

pub use in_process::InProcessTexts;
pub use redis::RedisTexts;

/// How long a text that another server put is kept in process before it is asked for again.
const BORROWED: Duration = Duration::from_secs(60);

/// Keeps texts by key. What is put under a key is always the same text: a key is a hash of it, or random. So a copy is
/// never stale.
#[async_trait]
pub trait Shelf: Send + Sync {
    /// The text under `key`, if it is there and not too old.
    ///
    /// # Errors
    /// When the keeper does not answer.
    async fn get(&self, key: &str) -> Result<Option<Arc<str>>>;

    /// Keeps `text` under `key` for `lifetime`, or shorter when room is scarce.
    ///
    /// # Errors
    /// When the keeper does not answer.
    async fn put(&self, key: &str, text: Arc<str>, lifetime: Duration) -> Result<()>;
}

/// The texts of the application. Cheap to clone. Where servers share a shelf, each keeps copies in process, and goes on
/// with these while the shared shelf is away.
#[derive(Clone)]
pub struct Texts {
    shared: Option<Arc<dyn Shelf>>,
    own: Arc<dyn Shelf>,
}

impl Texts {
    /// Texts on the shelf of the process alone.
    pub fn new(own: Arc<dyn Shelf>) -> Self {
        Self { shared: None, own }
    }

    /// Texts on a `shared` shelf, with copies on the process's `own`.
    pub fn shared(shared: Arc<dyn Shelf>, own: Arc<dyn Shelf>) -> Self {
        Self {
            shared: Some(shared),
            own,
        }
    }

    /// The text under `key`. None also when the shelf that has it is away: whoever put it can put it again.
    pub async fn get(&self, key: &str) -> Option<Arc<str>> {
        if let Ok(Some(text)) = self.own.get(key).await {
            return Some(text);
        }
        let text = self.shared.as_ref()?.get(key).await.ok().flatten()?;
        // A copy that cannot be kept is asked for again.
        let _ = self.own.put(key, Arc::clone(&text), BORROWED).await;
        Some(text)
    }

    /// Keeps `text` under `key` for `lifetime`, as well as it can.
    pub async fn put(&self, key: &str, text: &str, lifetime: Duration) {
        let text: Arc<str> = text.into();
        // Each shelf tells of its own outage; a text that is lost is put again by whoever needs it.
        let _ = self.own.put(key, Arc::clone(&text), lifetime).await;
        if let Some(shared) = &self.shared {
            let _ = shared.put(key, text, lifetime).await;
        }
    }
}
