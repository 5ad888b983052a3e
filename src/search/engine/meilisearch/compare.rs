//! After an outage: what the index holds is compared with the database.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use entity::ProductId;
use futures_util::stream::{BoxStream, StreamExt};
use meilisearch_sdk::client::Client;
use meilisearch_sdk::documents::DocumentsQuery;
use meilisearch_sdk::errors::Error;
use meilisearch_sdk::indexes::Index;
use serde::Deserialize;
use uuid::Uuid;

use super::document::{Row, field};
use super::wire::Wire;
use super::{Meilisearch, settings, task};
use crate::platform::error::Result;
use crate::search::engine::{Batch, EngineError, Owner};
use crate::search::words::Vocabulary;

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
    /// The products that the index holds otherwise than `batches`, the whole catalogue, say. It knows what `words` say then.
    pub(in crate::search::engine) async fn compare(
        &self,
        owner: Owner,
        words: &Vocabulary,
        mut batches: BoxStream<'_, Result<Batch>>,
    ) -> Result<Vec<ProductId>, EngineError> {
        let client = self.clients().await?.work;
        let index = client.index(self.name(owner));
        barrier(&client, &index, words).await.map_err(|e| self.trouble(e))?;
        let mut held = marks(&index).await.map_err(|e| self.trouble(e))?;
        let mut differing = Vec::new();
        while let Some(batch) = batches.next().await {
            let batch = batch.map_err(|e| EngineError::Failed(Box::new(e)))?;
            let mut wanted: HashMap<ProductId, Marks> = HashMap::new();
            for document in &batch.documents {
                let row = Row::of(document);
                wanted.entry(document.product).or_default().insert(row.mark);
            }
            for product in batch.products {
                if wanted.remove(&product).unwrap_or_default() != held.remove(&product).unwrap_or_default() {
                    differing.push(product);
                }
            }
        }
        // What is left is of products that are gone.
        differing.extend(held.into_keys());
        Ok(differing)
    }
}

/// Tells `index` what words mean, and waits until that and all that was sent before has happened: tasks run in turn.
async fn barrier(client: &Client<Wire>, index: &Index<Wire>, words: &Vocabulary) -> Result<(), Error> {
    let sent = index.set_settings(&settings::vocabulary(words)).await?;
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
