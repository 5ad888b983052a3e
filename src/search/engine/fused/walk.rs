//! Walks through pages. The candidates of a first page are kept for a while: the pages behind it are cut from the same
//! order, even when Meilisearch goes away meanwhile or its index changes.

use std::sync::Arc;
use std::time::Duration;

use entity::{ProductId, TypedId};
use moka::sync::Cache;
use sha2::{Digest, Sha256};

/// How long a walk is remembered after its last page.
const KEPT: Duration = Duration::from_mins(5);
/// Walks remembered; each has some kilobytes.
const WALKS: u64 = 2_000;

pub(super) type Order = Arc<Vec<ProductId>>;

/// The orders of walks that are under way, by what they are: all walks in one order are one.
pub(super) struct Walks(Cache<u32, Order>);

impl Default for Walks {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(WALKS).time_to_idle(KEPT).build())
    }
}

impl Walks {
    /// The order of a walk that goes on.
    pub(super) fn known(&self, walk: Option<u32>) -> Option<Order> {
        self.0.get(&walk?)
    }

    /// Remembers an order, and names it.
    pub(super) fn keep(&self, order: &Order) -> u32 {
        let mut digest = Sha256::new();
        for product in order.iter() {
            digest.update(product.uuid().as_bytes());
        }
        let digest: [u8; 32] = digest.finalize().into();
        let [a, b, c, d, ..] = digest;
        let name = u32::from_le_bytes([a, b, c, d]);
        self.0.insert(name, Arc::clone(order));
        name
    }
}
