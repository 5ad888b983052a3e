//! A small cache in process for what every request needs and seldom changes: channels, the category tree, tax rates.

use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use crate::platform::error::{Fault, Result};

/// How long an entry lives: the longest time that another process's change stays unseen. A process sees its own
/// changes at once, because it clears the entry.
const LIFETIME: Duration = Duration::from_secs(5);

/// Values by key; a missing value is loaded once, whoever asks.
pub struct Cache<K, V>(moka::future::Cache<K, Arc<V>>);

// Not derived: the values themselves need not be cloned.
impl<K, V> Clone for Cache<K, V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K, V> Cache<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    /// A cache of up to `capacity` entries.
    pub fn new(capacity: u64) -> Self {
        Self(
            moka::future::Cache::builder()
                .max_capacity(capacity)
                .time_to_live(LIFETIME)
                .build(),
        )
    }

    /// The value of `key`, loaded when absent.
    ///
    /// # Errors
    /// Those of `load`, shared by all who waited.
    pub async fn get(&self, key: K, load: impl Future<Output = Result<V>>) -> Result<Arc<V>> {
        let load = async { load.await.map(Arc::new) };
        self.0.try_get_with(key, load).await.map_err(Fault::Shared)
    }

    /// The value of `key`, loaded by the caller itself when absent. For those who hold a connection to the database:
    /// whom they waited for might wait for a connection.
    ///
    /// # Errors
    /// Those of `load`.
    pub async fn get_alone(&self, key: K, load: impl Future<Output = Result<V>>) -> Result<Arc<V>> {
        match self.peek(&key).await {
            Some(value) => Ok(value),
            None => Ok(self.insert(key, load.await?).await),
        }
    }

    /// The value of `key`, when it is there.
    pub async fn peek(&self, key: &K) -> Option<Arc<V>> {
        self.0.get(key).await
    }

    /// Keeps `value` for `key`.
    pub async fn insert(&self, key: K, value: V) -> Arc<V> {
        let value = Arc::new(value);
        self.0.insert(key, Arc::clone(&value)).await;
        value
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.0.invalidate_all();
    }
}
