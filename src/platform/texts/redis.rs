//! The real adapter: texts that all servers share.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::platform::Redis;
use crate::platform::error::Result;
use crate::platform::texts::Shelf;

/// Texts in Redis.
pub struct RedisTexts(Redis);

impl RedisTexts {
    /// Texts behind `redis`.
    pub fn new(redis: Redis) -> Self {
        Self(redis)
    }
}

fn named(key: &str) -> String {
    format!("merx:text:{key}")
}

#[async_trait]
impl Shelf for RedisTexts {
    async fn get(&self, key: &str) -> Result<Option<Arc<str>>> {
        Ok(self.0.get(&named(key)).await?.map(Into::into))
    }

    async fn put(&self, key: &str, text: Arc<str>, lifetime: Duration) -> Result<()> {
        self.0.put(&named(key), &text, lifetime).await
    }
}
