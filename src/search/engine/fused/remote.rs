//! Meilisearch as something that may fail: a deadline, a circuit breaker, and whether it holds what was written.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use entity::ProductId;
use futures_util::stream::BoxStream;
use parking_lot::Mutex;
use tokio::time::Instant;

use crate::platform::breaker::{Breaker, Rules};
use crate::platform::clock::Clock;
use crate::platform::error::Result;
use crate::search::engine::meilisearch::{Meilisearch, Trouble};
use crate::search::engine::{
    Batch, Document, EngineError, Mended, Owner, SearchAnswer, SearchRequest, SuggestAnswer, SuggestRequest,
};
use crate::search::words::Vocabulary;

/// Meilisearch is left alone for some seconds after three calls that got no answer.
const RULES: Rules = Rules {
    failures: 3,
    rest: TimeDelta::seconds(5),
};
/// How long a write waits until searches see it. Nobody waits for it but other writes, and what is given up is sent again:
/// too short, and a server with much to do gets more and more of the same.
const WRITE: Duration = Duration::from_secs(10);
/// Products written at once.
const WRITTEN: usize = 500;
/// How long it may take to say whether it is there.
const PING: Duration = Duration::from_millis(500);
/// With less time than this nobody is asked: a late answer would count as a failure of Meilisearch.
const TOO_LATE: Duration = Duration::from_millis(10);

/// Meilisearch, which may be away.
pub(super) struct Remote {
    meilisearch: Arc<Meilisearch>,
    breaker: Breaker,
    holds: Mutex<Holds>,
    /// Counts how often it was found that the index is not there.
    lost: AtomicU64,
    put_off: Mutex<PutOff>,
    /// Held while what was put off is written: what was put off last is written last.
    writing: tokio::sync::Mutex<()>,
}

/// Whether there is an index.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// Nobody has looked since the process began.
    Unknown,
    /// Yes.
    Index,
    /// No.
    Nothing,
}

/// What Meilisearch does not have yet.
#[derive(Default)]
struct PutOff {
    /// Products that wait, as they are now.
    waiting: BTreeMap<ProductId, Vec<Document>>,
    /// Products that were not written, and do not wait.
    missing: BTreeSet<ProductId>,
}

impl PutOff {
    fn add(&mut self, batch: Batch) {
        for product in batch.products {
            self.missing.remove(&product);
            self.waiting.insert(product, Vec::new());
        }
        for document in batch.documents {
            self.waiting.entry(document.product).or_default().push(document);
        }
    }

    /// What is to be written next. It is missing until it is said to be there: whoever writes it may be dropped.
    fn begin(&mut self) -> Option<Batch> {
        let mut batch = Batch::default();
        while batch.products.len() < WRITTEN
            && let Some((product, documents)) = self.waiting.pop_first()
        {
            batch.products.push(product);
            batch.documents.extend(documents);
        }
        self.missing.extend(&batch.products);
        (!batch.products.is_empty()).then_some(batch)
    }

    /// Notes that `products` were written.
    fn end(&mut self, products: &[ProductId]) {
        for product in products {
            self.missing.remove(product);
        }
    }
}

impl Remote {
    pub(super) fn new(meilisearch: Meilisearch, clock: Clock) -> Self {
        Self {
            meilisearch: Arc::new(meilisearch),
            breaker: Breaker::new("meilisearch", RULES, clock),
            holds: Mutex::new(Holds::Unknown),
            lost: AtomicU64::new(0),
            put_off: Mutex::default(),
            writing: tokio::sync::Mutex::default(),
        }
    }

    /// Runs `call` unless Meilisearch is left alone, within `deadline`; none when it brought nothing.
    async fn ask<T>(
        &self,
        what: &str,
        deadline: Duration,
        call: impl Future<Output = Result<T, Trouble>>,
    ) -> Option<T> {
        if deadline < TOO_LATE {
            return None;
        }
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
            self.lose();
        }
        tracing::warn!(what, %trouble, "Meilisearch brought nothing");
        None
    }

    /// How long a search may wait for Meilisearch.
    fn deadline(&self, until: Option<Instant>) -> Duration {
        let own = self.meilisearch.deadline();
        until.map_or(own, |until| own.min(until.saturating_duration_since(Instant::now())))
    }

    /// What Meilisearch would show first.
    pub(super) async fn order(&self, request: &SearchRequest, limit: usize) -> Option<Vec<ProductId>> {
        let call = self.meilisearch.candidates(request, limit);
        self.ask("order", self.deadline(request.until), call).await
    }

    /// Its whole answer.
    pub(super) async fn search(&self, request: &SearchRequest) -> Option<SearchAnswer> {
        let call = self.meilisearch.page(request);
        self.ask("search", self.deadline(request.until), call).await
    }

    /// Its suggestions.
    pub(super) async fn suggest(&self, request: &SuggestRequest) -> Option<SuggestAnswer> {
        let call = self.meilisearch.suggestions(request);
        self.ask("suggest", self.meilisearch.deadline(), call).await
    }

    /// Whether there is an index; none when it does not say. Whether it is there is what the breaker hears: it may be
    /// there and have much to do.
    async fn exists(&self, what: &str, owner: Owner) -> Option<bool> {
        let exists = self.ask(what, PING, self.meilisearch.exists(owner)).await;
        if exists == Some(false) {
            self.lose();
        }
        exists
    }

    /// Has `batch` written by the next [`Self::settle`].
    pub(super) fn put_off(&self, batch: Batch) {
        self.put_off.lock().add(batch);
    }

    /// Writes what was put off. Gives those of `products` that are missing.
    pub(super) async fn settle(&self, owner: Owner, products: &[ProductId]) -> Vec<ProductId> {
        let _turn = self.writing.lock().await;
        loop {
            let Some(batch) = self.put_off.lock().begin() else {
                break;
            };
            let written = match self.exists("write", owner).await {
                Some(true) => {
                    let written = tokio::time::timeout(WRITE, self.meilisearch.replace(owner, &batch)).await;
                    written.unwrap_or(Err(Trouble::Unfinished))
                }
                // The build that it needs reads the products anyway.
                Some(false) => Ok(()),
                None => Err(Trouble::Late),
            };
            match written {
                Ok(()) => self.put_off.lock().end(&batch.products),
                Err(trouble) => tracing::warn!(%trouble, "Meilisearch may not have what was written"),
            }
        }
        let put_off = self.put_off.lock();
        let missing = products.iter().filter(|product| put_off.missing.contains(product));
        missing.copied().collect()
    }

    /// Notes that there is no index.
    fn lose(&self) {
        self.lost.fetch_add(1, Ordering::Relaxed);
        *self.holds.lock() = Holds::Nothing;
    }

    /// Whether there is no index, or nobody knows.
    pub(super) async fn lags(&self, owner: Owner) -> bool {
        let holds = *self.holds.lock();
        match holds {
            Holds::Index => false,
            Holds::Nothing => true,
            Holds::Unknown => {
                let exists = self.exists("look", owner).await == Some(true);
                let mut holds = self.holds.lock();
                if exists && *holds == Holds::Unknown {
                    *holds = Holds::Index;
                }
                *holds != Holds::Index
            }
        }
    }

    /// Says what is missing; builds what is not there.
    pub(super) async fn mend(
        &self,
        owner: Owner,
        words: &Vocabulary,
        batches: BoxStream<'_, Result<Batch>>,
        anew: bool,
    ) -> Result<Mended, EngineError> {
        // Whether it is there is tried apart: what follows takes long, and searches need not wait for the end of it.
        let exists = self.exists("mend", owner).await.ok_or(EngineError::Away)?;
        let lost = self.lost.load(Ordering::Relaxed);
        let anew = anew || !exists;
        let differing = if anew {
            let built = self.meilisearch.build(owner, words, batches).await;
            built.map(|()| Vec::new())
        } else {
            self.meilisearch.compare(owner, words, batches).await
        };
        match differing {
            Ok(differing) => {
                let mut holds = self.holds.lock();
                if self.lost.load(Ordering::Relaxed) == lost {
                    *holds = Holds::Index;
                }
                Ok(Mended { differing, anew })
            }
            Err(error) => {
                self.lose();
                Err(error)
            }
        }
    }

    /// Tells Meilisearch what words mean. One without an index learns it with the next.
    pub(super) async fn teach(&self, owner: Owner, words: &Vocabulary) -> Result<(), EngineError> {
        match self.exists("teach", owner).await {
            None => Err(EngineError::Away),
            Some(false) => Ok(()),
            Some(true) => match self.meilisearch.learn(owner, words).await {
                // It will know in a while.
                Ok(()) | Err(Trouble::Unfinished) => Ok(()),
                Err(trouble) => Err(trouble.into()),
            },
        }
    }
}
