//! What keeps the index fresh: jobs written in the transaction that changes a product.

use entity::{ProductId, VariantId};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::catalog::ProductsChanged;
use crate::inventory::AvailabilityChanged;
use crate::platform::event::Listeners;
use crate::platform::jobs::{Job, JobError, Queue, Registry};
use crate::search::{document, index};

/// Brings the index up to date for products.
#[derive(Serialize, Deserialize)]
struct IndexProducts {
    products: Vec<ProductId>,
}

impl Job for IndexProducts {
    const KIND: &'static str = "search.index_products";
    const QUEUE: Queue = Queue::Search;
}

/// Brings the index up to date for the products of variants.
#[derive(Serialize, Deserialize)]
struct IndexVariants {
    variants: Vec<VariantId>,
}

impl Job for IndexVariants {
    const KIND: &'static str = "search.index_variants";
    const QUEUE: Queue = Queue::Search;
}

/// Brings a part of the engine that was away up to the database.
#[derive(Serialize, Deserialize)]
pub(super) struct MendIndex {}

impl Job for MendIndex {
    const KIND: &'static str = "search.mend_index";
    const QUEUE: Queue = Queue::Search;
}

/// Listens to what changes an answer.
pub fn register(registry: &mut Registry<App>, listeners: &mut Listeners) {
    listeners.on(|event: ProductsChanged| {
        Some(IndexProducts {
            products: event.products,
        })
    });
    listeners.on(|event: AvailabilityChanged| {
        Some(IndexVariants {
            variants: event.variants,
        })
    });
    registry.add(|app: App, job: IndexProducts| async move {
        index::index_with_vectors(&app, job.products)
            .await
            .map_err(JobError::Retry)
    });
    registry.add(|app: App, _: MendIndex| async move {
        index::mend(&app, false).await.map_err(JobError::Retry)?;
        Ok(())
    });
    registry.add(|app: App, job: IndexVariants| async move {
        let products = document::products_of(&app.db, &job.variants).await?;
        index::index_products(&app, products).await.map_err(JobError::Retry)
    });
}
