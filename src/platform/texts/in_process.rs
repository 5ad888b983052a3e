//! The embedded twin: texts in the memory of the process.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use moka::future::Cache;

use crate::platform::error::Result;
use crate::platform::texts::Shelf;

/// What an entry costs beside its text.
const OVERHEAD: usize = 128;

#[derive(Clone)]
struct Entry {
    text: Arc<str>,
    lifetime: Duration,
}

/// Each entry has a lifetime of its own.
struct Lifetimes;

impl moka::Expiry<String, Entry> for Lifetimes {
    fn expire_after_create(&self, _: &String, entry: &Entry, _: Instant) -> Option<Duration> {
        Some(entry.lifetime)
    }

    fn expire_after_update(&self, _: &String, entry: &Entry, _: Instant, _: Option<Duration>) -> Option<Duration> {
        Some(entry.lifetime)
    }
}

/// Texts in process, bounded by their bytes: the ones that nobody asks for go first.
pub struct InProcessTexts(Cache<String, Entry>);

impl InProcessTexts {
    /// Keeps up to about `bytes`.
    pub fn new(bytes: u64) -> Self {
        let weigh =
            |key: &String, entry: &Entry| u32::try_from(key.len() + entry.text.len() + OVERHEAD).unwrap_or(u32::MAX);
        Self(
            Cache::builder()
                .max_capacity(bytes)
                .weigher(weigh)
                .expire_after(Lifetimes)
                .build(),
        )
    }

    /// Bytes that are kept now, once what is due has been evicted.
    pub async fn bytes(&self) -> u64 {
        self.0.run_pending_tasks().await;
        self.0.weighted_size()
    }
}

#[async_trait]
impl Shelf for InProcessTexts {
    async fn get(&self, key: &str) -> Result<Option<Arc<str>>> {
        Ok(self.0.get(key).await.map(|entry| entry.text))
    }

    async fn put(&self, key: &str, text: Arc<str>, lifetime: Duration) -> Result<()> {
        self.0.insert(key.to_owned(), Entry { text, lifetime }).await;
        Ok(())
    }
}
