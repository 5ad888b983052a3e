//! After an outage: what the index holds is compared with the database, and what differs is written.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use entity::ProductId;
use futures_util::stream::{BoxStream, StreamExt};
use meilisearch_sdk::client::Client;
use meilisearch_sdk::documents::{DocumentDeletionQuery, DocumentsQuery};
use meilisearch_sdk::errors::Error;
use meilisearch_sdk::indexes::Index;
use serde::Deserialize;
use uuid::Uuid;

use super::document::{Row, field};
use super::wire::Wire;
use super::{Meilisearch, task};
use crate::platform::error::Result;
use crate::search::engine::{Batch, EngineError, Owner};

/// Documents read at once.
const PAGE: usize = 1_000;
/// How long everything that was sent before may take.
const BARRIER: Duration = Duration::from_mins(5);

/// The marks of the documents of a product.
type Marks = BTreeSet<String>;

#[derive(Deserialize)]
struct Marked {
    product: Uuid,
    mark: String,
}

impl Meilisearch {
    /// Makes the index hold what `batches`, the whole catalogue, say. Without an index one is built.
    pub(in crate::search::engine) async fn mend(
        &self,
        owner: Owner,
        mut batches: BoxStream<'_, Result<Batch>>,
    ) -> Result<usize, EngineError> {
        if !self.exists(owner).await? {
            self.build(owner, batches).await?;
            return Ok(0);
        }
        let client = self.clients().await?.work;
        let index = client.index(self.name(owner));
        barrier(&client, &index).await.map_err(|e| self.trouble(e))?;
        let mut held = marks(&index).await.map_err(|e| self.trouble(e))?;
        let mut mended = 0;
        while let Some(batch) = batches.next().await {
            let batch = batch.map_err(|e| EngineError::Failed(Box::new(e)))?;
            let differing = differing(batch, &mut held);
            if !differing.products.is_empty() {
                mended += differing.products.len();
                self.replace(owner, &differing).await?;
            }
        }
        let gone = Batch {
            products: held.into_keys().collect(),
            documents: Vec::new(),
        };
        if !gone.products.is_empty() {
            mended += gone.products.len();
            self.replace(owner, &gone).await?;
        }
        Ok(mended)
    }
}

/// Waits until all that was sent to `index` has happened: its tasks run in turn.
async fn barrier(client: &Client<Wire>, index: &Index<Wire>) -> Result<(), Error> {
    let nothing = format!("{} IN []", field::PRODUCT);
    let mut last = DocumentDeletionQuery::new(index);
    last.with_filter(&nothing);
    let sent = index.delete_documents_with(&last).await?;
    task::done(client, sent, BARRIER).await
}

/// The marks of everything that `index` holds.
async fn marks(index: &Index<Wire>) -> Result<HashMap<ProductId, Marks>, Error> {
    let mut held: HashMap<ProductId, Marks> = HashMap::new();
    let everything = format!("{} EXISTS", field::PRODUCT);
    for offset in (0..).step_by(PAGE) {
        let mut query = DocumentsQuery::new(index);
        query
            .with_filter(&everything)
            .with_fields([field::PRODUCT, field::MARK])
            .with_offset(offset)
            .with_limit(PAGE);
        let page = index.get_documents_with::<Marked>(&query).await?;
        let last = page.results.len() < PAGE;
        for row in page.results {
            held.entry(ProductId(row.product)).or_default().insert(row.mark);
        }
        if last {
            break;
        }
    }
    Ok(held)
}

/// The part of `batch` that the index does not hold like this. What is left of `held` in the end is of products that
/// are gone.
fn differing(batch: Batch, held: &mut HashMap<ProductId, Marks>) -> Batch {
    let mut wanted: HashMap<ProductId, Marks> = HashMap::new();
    for document in &batch.documents {
        let row = Row::of(document);
        wanted.entry(document.product).or_default().insert(row.mark);
    }
    let mut products: BTreeSet<ProductId> = BTreeSet::new();
    for product in batch.products {
        if wanted.remove(&product).unwrap_or_default() != held.remove(&product).unwrap_or_default() {
            products.insert(product);
        }
    }
    let mut documents = batch.documents;
    documents.retain(|document| products.contains(&document.product));
    Batch {
        products: products.into_iter().collect(),
        documents,
    }
}
