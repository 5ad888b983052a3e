//! Meilisearch as something that may fail: a deadline, a circuit breaker, and whether it holds what was written.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use entity::ProductId;
use futures_util::stream::BoxStream;
use parking_lot::Mutex;

use crate::platform::breaker::{Breaker, Rules};
use crate::platform::clock::Clock;
use crate::platform::error::Result;
use crate::search::engine::meilisearch::{Meilisearch, Trouble};
use crate::search::engine::{Batch, EngineError, Owner, SearchAnswer, SearchRequest, SuggestAnswer, SuggestRequest};
use crate::search::words::Vocabulary;

/// Meilisearch is left alone for some seconds after three calls that got no answer.
const RULES: Rules = Rules {
    failures: 3,
    rest: TimeDelta::seconds(5),
};
/// How long a write waits: the embedded index, which decides what is a hit, must not wait for this one.
const WRITE: Duration = Duration::from_millis(700);

/// How long it may take to say whether it is there.
const PING: Duration = Duration::from_millis(500);

/// Meilisearch, which may be away.
pub(super) struct Remote {
    meilisearch: Arc<Meilisearch>,
    breaker: Breaker,
    holds: Mutex<Holds>,
    /// Counts what was not written.
    missed: AtomicU64,
    teaching: Arc<AtomicBool>,
}

/// Whether the index holds what was written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// Nobody has looked since the process began.
    Unknown,
    /// Yes.
    Everything,
    /// Something is missing.
    Less,
}

impl Remote {
    pub(super) fn new(meilisearch: Meilisearch, clock: Clock) -> Self {
        Self {
            meilisearch: Arc::new(meilisearch),
            breaker: Breaker::new("meilisearch", RULES, clock),
            holds: Mutex::new(Holds::Unknown),
            missed: AtomicU64::new(0),
            teaching: Arc::default(),
        }
    }

    /// Runs `call` unless Meilisearch is left alone, within `deadline`; none when it brought nothing.
    async fn ask<T>(
        &self,
        what: &str,
        deadline: Duration,
        call: impl Future<Output = Result<T, Trouble>>,
    ) -> Option<T> {
        let pass = match self.breaker.enter() {
            Ok(pass) => pass,
            Err(resting) => {
                tracing::debug!(what, %resting, "Meilisearch is not asked");
                return None;
            }
        };
        let trouble = match tokio::time::timeout(deadline, call).await {
            Ok(Ok(answer)) => {
                pass.succeeded();
                return Some(answer);
            }
            Ok(Err(trouble)) => trouble,
            Err(_) => Trouble::Late,
        };
        match &trouble {
            // It is there, and something else is wrong.
            Trouble::NotReady | Trouble::Refused(_) | Trouble::Unfinished => pass.succeeded(),
            Trouble::Away(_) | Trouble::Late => pass.failed(),
        }
        if matches!(trouble, Trouble::NotReady) {
            self.miss();
        }
        tracing::warn!(what, %trouble, "Meilisearch brought nothing");
        None
    }

    /// What Meilisearch would show first.
    pub(super) async fn order(&self, request: &SearchRequest, limit: usize) -> Option<Vec<ProductId>> {
        let call = self.meilisearch.candidates(request, limit);
        self.ask("order", self.meilisearch.deadline(), call).await
    }

    /// Its whole answer.
    pub(super) async fn search(&self, request: &SearchRequest) -> Option<SearchAnswer> {
        let call = self.meilisearch.page(request);
        self.ask("search", self.meilisearch.deadline(), call).await
    }

    /// Its suggestions.
    pub(super) async fn suggest(&self, request: &SuggestRequest) -> Option<SuggestAnswer> {
        let call = self.meilisearch.suggestions(request);
        self.ask("suggest", self.meilisearch.deadline(), call).await
    }

    /// Writes, or remembers that something is missing.
    pub(super) async fn write(&self, owner: Owner, batch: &Batch) {
        // Whether it is there is what the breaker hears: it may be there and have much to do.
        let exists = self.ask("write", PING, self.meilisearch.exists(owner)).await;
        if exists != Some(true) {
            self.miss();
            return;
        }
        let written = tokio::time::timeout(WRITE, self.meilisearch.replace(owner, batch)).await;
        if let Err(trouble) = written.unwrap_or(Err(Trouble::Late)) {
            tracing::warn!(%trouble, "Meilisearch may not have what was written");
            self.miss();
        }
    }

    fn miss(&self) {
        self.missed.fetch_add(1, Ordering::Relaxed);
        *self.holds.lock() = Holds::Less;
    }

    /// Whether something may be missing.
    pub(super) async fn lags(&self, owner: Owner) -> bool {
        let holds = *self.holds.lock();
        match holds {
            Holds::Everything => false,
            Holds::Less => true,
            Holds::Unknown => {
                let exists = self.meilisearch.exists(owner).await;
                let holds = match exists {
                    Ok(true) => Holds::Everything,
                    Ok(false) | Err(_) => Holds::Less,
                };
                let mut now = self.holds.lock();
                if *now == Holds::Unknown {
                    *now = holds;
                }
                *now == Holds::Less
            }
        }
    }

    /// Brings in what is missing.
    pub(super) async fn mend(
        &self,
        owner: Owner,
        batches: BoxStream<'_, Result<Batch>>,
        anew: bool,
    ) -> Result<usize, EngineError> {
        let missed = self.missed.load(Ordering::Relaxed);
        // Whether it is there is tried apart: what follows takes long, and searches need not wait for the end of it.
        let there = self.ask("mend", PING, self.meilisearch.exists(owner)).await;
        if there.is_none() {
            return Err(EngineError::Away);
        }
        let mended = if anew {
            self.meilisearch.build(owner, batches).await.map(|()| 0)
        } else {
            self.meilisearch.mend(owner, batches).await
        };
        match mended {
            Ok(mended) => {
                let mut holds = self.holds.lock();
                if self.missed.load(Ordering::Relaxed) == missed {
                    *holds = Holds::Everything;
                }
                Ok(mended)
            }
            Err(error) => {
                self.miss();
                Err(error)
            }
        }
    }

    /// Tells Meilisearch what words mean, beside everything else, when they mean something else now.
    pub(super) fn teach_later(&self, owner: Owner, words: &Arc<Vocabulary>) {
        if !self.meilisearch.is_untaught(words) || self.teaching.swap(true, Ordering::AcqRel) {
            return;
        }
        let (meilisearch, teaching) = (Arc::clone(&self.meilisearch), Arc::clone(&self.teaching));
        let (words, pass) = (Arc::clone(words), self.breaker.enter());
        tokio::spawn(async move {
            if let Ok(pass) = pass {
                match meilisearch.learn(owner, words).await {
                    Ok(()) => pass.succeeded(),
                    Err(error) => {
                        pass.failed();
                        tracing::warn!(%error, "Meilisearch was not told what words mean");
                    }
                }
            }
            teaching.store(false, Ordering::Release);
        });
    }
}
