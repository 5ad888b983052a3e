//! The model as something that may be slow or away: what it said is kept, and it is left alone when it fails.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use moka::sync::Cache;
use tokio::time::Instant;

use super::{EmbedError, Embedder};
use crate::platform::breaker::{Breaker, Rules};
use crate::platform::clock::Clock;
use crate::search::engine::Vector;

/// The model is left alone for some seconds after three searches that got no answer.
const RULES: Rules = Rules {
    failures: 3,
    rest: TimeDelta::seconds(5),
};
/// Bytes of vectors that are kept.
const KEPT: u64 = 32 << 20;
/// How long they are kept.
const FRESH: Duration = Duration::from_hours(1);
/// With less time than this the model is not asked: a late answer would count as a failure.
const TOO_LATE: Duration = Duration::from_millis(10);

/// The model of a shop.
pub struct Model {
    embedder: Arc<dyn Embedder>,
    name: Arc<str>,
    breaker: Breaker,
    known: Cache<String, Arc<[f32]>>,
}

impl Model {
    /// `embedder` with what makes it fit to be asked by searches.
    pub fn new(embedder: Arc<dyn Embedder>, clock: Clock) -> Self {
        let weight = |text: &String, numbers: &Arc<[f32]>| {
            u32::try_from(text.len() + size_of_val::<[f32]>(numbers)).unwrap_or(u32::MAX)
        };
        Self {
            name: embedder.model().into(),
            embedder,
            breaker: Breaker::new("embeddings", RULES, clock),
            known: Cache::builder()
                .weigher(weight)
                .max_capacity(KEPT)
                .time_to_live(FRESH)
                .build(),
        }
    }

    /// Names the model.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `numbers` as a vector of this model.
    pub fn vector(&self, numbers: impl Into<Arc<[f32]>>) -> Vector {
        Vector {
            model: Arc::clone(&self.name),
            numbers: numbers.into(),
        }
    }

    /// Vectors of `texts`, for whoever has time.
    ///
    /// # Errors
    /// See [`EmbedError`].
    pub async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, EmbedError> {
        self.embedder.embed(texts).await
    }

    /// The vector of what a shopper typed; none when it is not there before `until`.
    pub async fn of_query(&self, text: &str, until: Instant) -> Option<Vector> {
        if let Some(known) = self.known.get(text) {
            return Some(self.vector(known));
        }
        if until.saturating_duration_since(Instant::now()) < TOO_LATE {
            return None;
        }
        let pass = match self.breaker.enter() {
            Ok(pass) => pass,
            Err(resting) => {
                tracing::debug!(%resting, "a search goes on without its vector");
                return None;
            }
        };
        let asked = [text.to_owned()];
        match tokio::time::timeout_at(until, self.embedder.embed(&asked)).await {
            Ok(Ok(vectors)) => {
                pass.succeeded();
                let numbers: Arc<[f32]> = vectors.into_iter().next()?.into();
                self.known.insert(text.to_owned(), Arc::clone(&numbers));
                Some(self.vector(numbers))
            }
            Ok(Err(error)) => {
                // What it refuses is not what others ask.
                if matches!(error, EmbedError::Refused(_)) {
                    pass.succeeded();
                } else {
                    pass.failed();
                }
                tracing::warn!(%error, "a search goes on without its vector");
                None
            }
            Err(_) => {
                pass.failed();
                tracing::warn!("a search goes on without its vector: it took too long");
                None
            }
        }
    }
}
