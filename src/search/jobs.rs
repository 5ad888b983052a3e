//! What keeps the index fresh: jobs written in the transaction that changes a product.

use entity::{InteractionId, OrderId, ProductId, VariantId};
use serde::{Deserialize, Serialize};

use crate::analytics::{InteractionsTracked, VisitsForgotten};
use crate::app::App;
use crate::catalog::ProductsChanged;
use crate::inventory::AvailabilityChanged;
use crate::order::OrderPlaced;
use crate::platform::event::Listeners;
use crate::platform::jobs::{Job, JobError, Queue, Registry};
use crate::privacy::Exports;
use crate::search::{document, index, insight};

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

/// Tells the engine what words mean.
#[derive(Serialize, Deserialize)]
pub(super) struct TeachWords {}

impl Job for TeachWords {
    const KIND: &'static str = "search.teach_words";
    const QUEUE: Queue = Queue::Search;
}

/// Takes in what visitors did with hits.
#[derive(Serialize, Deserialize)]
struct AttributeInteractions {
    interactions: Vec<InteractionId>,
}

impl Job for AttributeInteractions {
    const KIND: &'static str = "search.attribute_interactions";
    const QUEUE: Queue = Queue::Search;
}

/// Finds the searches that an order came from.
#[derive(Serialize, Deserialize)]
struct AttributeOrder {
    order: OrderId,
}

impl Job for AttributeOrder {
    const KIND: &'static str = "search.attribute_order";
    const QUEUE: Queue = Queue::Search;
}

/// Compares all that a part of the engine holds with the database, and brings it up.
#[derive(Serialize, Deserialize)]
pub(super) struct MendIndex {}

impl Job for MendIndex {
    const KIND: &'static str = "search.mend_index";
    const QUEUE: Queue = Queue::Search;
}

/// Writes the products that a part of the engine did not take.
#[derive(Serialize, Deserialize)]
pub(super) struct MendProducts {}

impl Job for MendProducts {
    const KIND: &'static str = "search.mend_products";
    const QUEUE: Queue = Queue::Search;
}

/// Asks the model for the vectors that are not known of some products behind this one, and then for those of the next.
#[derive(Serialize, Deserialize)]
pub(super) struct EmbedProducts {
    pub(super) after: Option<ProductId>,
}

impl Job for EmbedProducts {
    const KIND: &'static str = "search.embed_products";
    const QUEUE: Queue = Queue::Search;
}

/// Listens to what changes an answer, and to what comes of one; says what an export of a person's data holds.
pub fn register(registry: &mut Registry<App>, listeners: &mut Listeners, exports: &mut Exports) {
    listeners.within(|tx, gone: VisitsForgotten| Box::pin(async move { insight::forget(tx, &gone.visits).await }));
    exports.add("searches", |app, customer| {
        Box::pin(async move { insight::export(&app, customer).await })
    });
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
    listeners.on(|event: InteractionsTracked| {
        Some(AttributeInteractions {
            interactions: event.interactions,
        })
    });
    listeners.on(|event: OrderPlaced| Some(AttributeOrder { order: event.order }));
    registry.add(|app: App, _: TeachWords| async move { index::teach(&app).await.map_err(JobError::Retry) });
    registry.add(|app: App, job: AttributeInteractions| async move {
        let attributed = insight::attribute_interactions(&app, &job.interactions).await;
        attributed.map_err(JobError::Retry)
    });
    registry.add(|app: App, job: AttributeOrder| async move {
        insight::attribute_order(&app, job.order).await.map_err(JobError::Retry)
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
    registry.add(|app: App, _: MendProducts| async move {
        index::mend_missing(&app).await.map_err(JobError::Retry)?;
        Ok(())
    });
    registry.add(|app: App, job: EmbedProducts| async move {
        index::embed_some(&app, job.after).await.map_err(JobError::Retry)
    });
    registry.add(|app: App, job: IndexVariants| async move {
        let products = document::products_of(&app.db, &job.variants).await?;
        index::index_products(&app, products).await.map_err(JobError::Retry)
    });
}
