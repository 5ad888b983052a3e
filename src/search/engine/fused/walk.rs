//! Walks through pages. The candidates of a first page are kept for a while: the pages behind it are cut from the same
//! order, even when Meilisearch goes away meanwhile or its index changes.

use std::sync::Arc;
use std::time::Duration;

use entity::ProductId;
use moka::sync::Cache;

use crate::platform::text::sha256_hex;
use crate::search::engine::SearchRequest;

/// How long a walk is remembered after its last page.
const KEPT: Duration = Duration::from_mins(5);
/// Walks remembered; each has some kilobytes.
const WALKS: u64 = 2_000;

type Order = Arc<Vec<ProductId>>;

/// The orders of walks that are under way.
pub(super) struct Walks(Cache<String, Order>);

impl Default for Walks {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(WALKS).time_to_idle(KEPT).build())
    }
}

impl Walks {
    /// The order of the walk that `request` goes on with.
    pub(super) fn known(&self, request: &SearchRequest) -> Option<Order> {
        request.after?;
        self.0.get(&name(request))
    }

    /// Remembers the order of a walk.
    pub(super) fn keep(&self, request: &SearchRequest, order: &Order) {
        self.0.insert(name(request), Arc::clone(order));
    }
}

/// What all pages of a walk have in common.
fn name(request: &SearchRequest) -> String {
    let SearchRequest {
        owner,
        channel,
        language,
        text,
        filters,
        ..
    } = request;
    sha256_hex(format!("{owner:?}\n{channel}\n{language:?}\n{text}\n{filters:?}"))
}
