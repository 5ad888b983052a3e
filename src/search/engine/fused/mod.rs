//! Meilisearch and the embedded engine, together. The embedded index is always kept up; what it holds decides what is a
//! hit, is counted and is paged through. Meilisearch says what it would show first, and both orders are fused. When it
//! is slow, silent, broken or gone, the embedded engine answers alone, marked `degraded`, within the same time.

mod remote;
mod walk;

use std::sync::Arc;

use async_trait::async_trait;
use entity::ProductId;
use futures_util::stream::BoxStream;

use self::remote::Remote;
use self::walk::{Order as Candidates, Walks};
use super::meilisearch::{Meilisearch, is_untold};
use crate::platform::clock::Clock;
use crate::platform::error::Result;
use crate::search::engine::{
    Batch, Engine, EngineError, Meaning, Mended, Order, Owner, SearchAnswer, SearchRequest, SuggestAnswer,
    SuggestRequest, find_again,
};
use crate::search::words::{Typed, Vocabulary};

/// Products of Meilisearch that are fused.
const CANDIDATES: usize = 200;

/// What Meilisearch is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Share {
    /// The order of the hits for words; the embedded index does the rest.
    Order,
    /// Everything.
    Everything,
}

/// Both engines.
pub(super) struct Both {
    embedded: Arc<dyn Engine>,
    remote: Remote,
    share: Share,
    walks: Walks,
}

impl Both {
    /// `embedded` with `meilisearch` beside it.
    pub(super) fn new(embedded: Arc<dyn Engine>, meilisearch: Meilisearch, share: Share, clock: Clock) -> Self {
        Self {
            embedded,
            remote: Remote::new(meilisearch, clock),
            share,
            walks: Walks::default(),
        }
    }

    /// The embedded engine's answer in place of a better one.
    async fn alone(&self, mut request: SearchRequest) -> Result<SearchAnswer, EngineError> {
        let lost = match request.after {
            // Its rank is a place in the fused order.
            Some(after) if !request.plain => {
                (request.after, _) = find_again(&*self.embedded, &request, after.product).await?;
                request.after.is_none()
            }
            _ => false,
        };
        let mut answer = self.embedded.search(request).await?;
        if lost {
            answer.hits.clear();
            answer.has_next = false;
        }
        answer.degraded = true;
        Ok(answer)
    }

    /// What Meilisearch would show first: what it said when the walk began, or says now.
    async fn candidates(&self, request: &SearchRequest) -> Option<Candidates> {
        if let Some(order) = self.walks.known(request.walk) {
            return Some(order);
        }
        self.remote.order(request, CANDIDATES).await.map(Arc::new)
    }

    async fn fused(&self, mut request: SearchRequest, order: &Candidates) -> Result<SearchAnswer, EngineError> {
        let walk = self.walks.keep(order);
        request.also.push(order.to_vec());
        let answer = self.embedded.search(request).await?;
        Ok(SearchAnswer {
            walk: Some(walk),
            engine: "fused",
            ..answer
        })
    }
}

/// Whether Meilisearch has a say in the order.
fn is_ranked(request: &SearchRequest) -> bool {
    request.tuning.fusion && request.order == Order::Relevance && !Typed::read(&request.text).text.trim().is_empty()
}

/// Whether something is filtered by that Meilisearch is not told of.
fn has_untold(request: &SearchRequest) -> bool {
    request.filters.iter().any(is_untold)
}

#[async_trait]
impl Engine for Both {
    async fn is_ready(&self, owner: Owner) -> bool {
        self.embedded.is_ready(owner).await
    }

    async fn is_empty(&self) -> bool {
        self.embedded.is_empty().await
    }

    async fn search(&self, request: SearchRequest) -> Result<SearchAnswer, EngineError> {
        let vector = request.vector.clone();
        self.search_by(request, Box::pin(std::future::ready(vector))).await
    }

    async fn search_by(&self, mut request: SearchRequest, meaning: Meaning<'_>) -> Result<SearchAnswer, EngineError> {
        if request.plain {
            request.vector = meaning.await;
            return self.alone(request).await;
        }
        match self.share {
            Share::Order if is_ranked(&request) => {
                let (order, vector) = tokio::join!(self.candidates(&request), meaning);
                request.vector = vector;
                match order {
                    Some(order) => self.fused(request, &order).await,
                    None => self.alone(request).await,
                }
            }
            Share::Order => {
                request.vector = meaning.await;
                self.embedded.search(request).await
            }
            // Meilisearch would find what these filters do not let through.
            Share::Everything if has_untold(&request) => {
                request.vector = meaning.await;
                self.embedded.search(request).await
            }
            Share::Everything => match self.remote.search(&request).await {
                Some(answer) => Ok(answer),
                None => self.alone(request).await,
            },
        }
    }

    async fn suggest(&self, request: SuggestRequest) -> Result<SuggestAnswer, EngineError> {
        if self.share == Share::Order {
            return self.embedded.suggest(request).await;
        }
        if let Some(answer) = self.remote.suggest(&request).await {
            return Ok(answer);
        }
        let answer = self.embedded.suggest(request).await?;
        Ok(SuggestAnswer {
            degraded: true,
            ..answer
        })
    }

    async fn write(&self, owner: Owner, batch: Batch) -> Result<(), EngineError> {
        self.embedded.write(owner, batch.clone()).await?;
        self.remote.put_off(batch);
        Ok(())
    }

    /// Rebuilds the embedded index; [`Engine::mend`] with `anew` does the same for Meilisearch.
    async fn rebuild(&self, owner: Owner, batches: BoxStream<'_, Result<Batch>>) -> Result<(), EngineError> {
        self.embedded.rebuild(owner, batches).await
    }

    async fn settle(&self, owner: Owner, products: &[ProductId]) -> Vec<ProductId> {
        self.remote.settle(owner, products).await
    }

    async fn lags(&self, owner: Owner) -> bool {
        self.remote.lags(owner).await
    }

    async fn mend(
        &self,
        owner: Owner,
        words: &Vocabulary,
        batches: BoxStream<'_, Result<Batch>>,
        anew: bool,
    ) -> Result<Mended, EngineError> {
        self.remote.mend(owner, words, batches, anew).await
    }

    async fn teach(&self, owner: Owner, words: &Vocabulary) -> Result<(), EngineError> {
        self.remote.teach(owner, words).await
    }
}
