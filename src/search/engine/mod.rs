//! The port: what a search engine must do. An engine answers with keys and counts, never with what is shown: that comes
//! from the database, so that an index which lags behind cannot show what a viewer may no longer see.

mod curation;
mod fuse;
mod fused;
mod meilisearch;
mod tantivy;
mod tuning;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use entity::{CategoryId, ChannelId, ProductId};
use futures_util::stream::BoxStream;

pub use self::curation::{Adjust, Curation, Target};
pub use self::fuse::reciprocal;
pub use self::tuning::{TextField, Tuning};
use crate::config::{Config, SearchEngine};
use crate::platform::clock::Clock;
use crate::platform::error::{Fault, Result};
use crate::platform::id::Ids;
use crate::search::language::Language;
use crate::search::words::Vocabulary;

/// Why an engine has no answer.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The index is missing or still being built.
    #[error("the index is not ready")]
    NotReady,
    /// Another process writes to the index and does not stop.
    #[error("another process writes to the index")]
    Busy,
    /// Its server does not answer.
    #[error("the server of the search engine does not answer")]
    Away,
    /// The engine failed.
    #[error("search engine: {0}")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<EngineError> for Fault {
    fn from(error: EngineError) -> Self {
        Self::part("search", error)
    }
}

/// Whose products an index holds: the database with this default channel. The key of a channel is made once and is
/// another one in every database. A database without channels has nothing to index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Owner(pub Option<ChannelId>);

/// A product as one channel sells it: what the index knows.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The product.
    pub product: ProductId,
    /// Slug of the channel.
    pub channel: String,
    /// What its texts are written in.
    pub language: Language,
    /// Name.
    pub name: String,
    /// Brand.
    pub brand: Option<String>,
    /// Its category and those above it, root first: key and name.
    pub categories: Vec<(CategoryId, String)>,
    /// Plain text.
    pub description: String,
    /// Attributes: key and value as shown.
    pub attributes: Vec<(String, String)>,
    /// Values of options.
    pub options: Vec<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// SKUs and barcodes of the variants.
    pub skus: Vec<String>,
    /// Lowest price, minor units of the channel.
    pub price: i64,
    /// Whether a variant can be bought now.
    pub available: bool,
    /// Units sold.
    pub units_sold: i64,
    /// When the product was made, microseconds since 1970.
    pub created: i64,
    /// What a model makes of its texts.
    pub vector: Option<Vec<f32>>,
}

/// What is filtered by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Filter {
    /// Any of these brands; case does not matter.
    Brand(Vec<String>),
    /// In any of these categories or below them.
    Category(Vec<CategoryId>),
    /// Lowest price in any of these bands.
    Price(Vec<PriceBand>),
    /// Any of these values of an attribute; case does not matter.
    Attribute {
        /// The attribute.
        key: String,
        /// The values.
        values: Vec<String>,
    },
    /// One of these products: those of a collection. No facet offers it.
    Products(Vec<ProductId>),
}

/// What hits are ordered by; then by key, so that the order is total.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Order {
    /// Best match first; without words the available and best-selling first.
    #[default]
    Relevance,
    /// Cheapest first.
    PriceUp,
    /// Dearest first.
    PriceDown,
    /// Newest first.
    Newest,
    /// Most units sold first.
    BestSelling,
}

/// A hit with its place in the order: the larger rank first, then the smaller key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The product.
    pub product: ProductId,
    /// Its place.
    pub rank: i64,
}

/// A search.
#[derive(Clone, Debug, Default)]
pub struct SearchRequest {
    /// Whose products are looked for.
    pub owner: Owner,
    /// Slug of the channel.
    pub channel: String,
    /// What its shoppers write.
    pub language: Language,
    /// What the shopper typed, as [`crate::search::words::Typed`] reads it; empty to browse.
    pub text: String,
    /// What words mean here.
    pub words: Arc<Vocabulary>,
    /// What staff put before the order of the engine. Counts with [`Order::Relevance`] only.
    pub curation: Curation,
    /// What a model makes of the text, where there is one: products with a near vector are found too, and both orders are
    /// fused, with [`Order::Relevance`].
    pub vector: Option<Vec<f32>>,
    /// What other sources find for the text, best first in each list: fused with what the engine finds, with
    /// [`Order::Relevance`].
    pub also: Vec<Vec<ProductId>>,
    /// All of these must hold; at most one a facet.
    pub filters: Vec<Filter>,
    /// The order.
    pub order: Order,
    /// How [`Order::Relevance`] comes about.
    pub tuning: Tuning,
    /// Start behind this hit.
    pub after: Option<Hit>,
    /// Whether the answer with that hit was degraded: its ranks are those of the plainer part, which goes on alone.
    pub plain: bool,
    /// Hits wanted.
    pub limit: usize,
    /// Whether facets are wanted.
    pub facets: bool,
}

/// A value of a facet with the number of hits that have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count<V> {
    /// The value.
    pub value: V,
    /// Hits that have it, were the facet's own filter not there.
    pub count: u64,
}

/// A range of prices, minor units, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PriceBand {
    /// At least; none for the lowest band.
    pub gte: Option<i64>,
    /// At most; none for the highest band.
    pub lte: Option<i64>,
}

/// An attribute with the counts of its values, most frequent first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeFacet {
    /// The attribute.
    pub key: String,
    /// Its values.
    pub values: Vec<Count<String>>,
}

/// Counts over the hits. The filter of a facet does not narrow the facet itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// Brands, most frequent first.
    pub brands: Vec<Count<String>>,
    /// Categories, most frequent first; a product counts for its category and those above.
    pub categories: Vec<Count<CategoryId>>,
    /// Price bands, lowest first.
    pub prices: Vec<Count<PriceBand>>,
    /// The attributes that tell the hits apart best.
    pub attributes: Vec<AttributeFacet>,
}

/// An answer.
#[derive(Clone, Debug, Default)]
pub struct SearchAnswer {
    /// The page, in order.
    pub hits: Vec<Hit>,
    /// Whether more hits follow.
    pub has_next: bool,
    /// All hits.
    pub total: u64,
    /// What the shopper probably meant, when a word is unknown and a near one is not.
    pub corrected: Option<String>,
    /// Lowest and highest price of all hits, minor units.
    pub prices: Option<(i64, i64)>,
    /// Counts; empty when not asked for.
    pub facets: Facets,
    /// What is to be marked in the texts of the hits.
    pub marks: Marks,
    /// Whether a part of the engine did not answer and a plainer part did.
    pub degraded: bool,
}

/// Words to mark in what is shown of a hit: those that matched, which need not be those that were typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Whole words; other forms of them are marked too.
    pub words: Vec<String>,
    /// The beginning of a word that was still being typed.
    pub beginning: Option<String>,
}

/// A beginning that somebody has typed.
#[derive(Clone, Debug)]
pub struct SuggestRequest {
    /// Whose products are looked for.
    pub owner: Owner,
    /// Slug of the channel.
    pub channel: String,
    /// What its shoppers write.
    pub language: Language,
    /// What has been typed.
    pub text: String,
    /// What words mean here.
    pub words: Arc<Vocabulary>,
    /// Suggestions of a kind at most.
    pub limit: usize,
}

/// How it may go on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SuggestAnswer {
    /// Products, best first.
    pub products: Vec<ProductId>,
    /// Categories of products that match, most frequent first; their names need not match.
    pub categories: Vec<CategoryId>,
    /// Brands, most frequent first.
    pub brands: Vec<String>,
    /// Whole queries that have hits.
    pub queries: Vec<String>,
    /// Whether a part of the engine did not answer and a plainer part did.
    pub degraded: bool,
}

/// What replaces everything that the index holds of some products.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The products.
    pub products: Vec<ProductId>,
    /// What is to be found of them: one document a channel; nothing for a product that is gone.
    pub documents: Vec<Document>,
}

/// A search engine.
#[async_trait]
pub trait Engine: Send + Sync {
    /// Whether the index holds the whole catalogue of `owner`: it has been built once and kept up since.
    async fn is_ready(&self, owner: Owner) -> bool;

    /// Whether the index holds nothing.
    async fn is_empty(&self) -> bool;

    /// A page of hits with their facets.
    async fn search(&self, request: SearchRequest) -> Result<SearchAnswer, EngineError>;

    /// How a beginning may go on.
    async fn suggest(&self, request: SuggestRequest) -> Result<SuggestAnswer, EngineError>;

    /// Replaces what the index holds of some products; searches see it when this returns. Does nothing while the index
    /// is not a complete one of `owner`: the rebuild that it needs reads the products anyway.
    async fn write(&self, owner: Owner, batch: Batch) -> Result<(), EngineError>;

    /// Replaces everything, whoever the index belonged to: it is a complete one of `owner` then. Searches
    /// see the old index until all batches are in, and keep it when one of them fails.
    async fn rebuild(&self, owner: Owner, batches: BoxStream<'_, Result<Batch>>) -> Result<(), EngineError>;

    /// Whether a part of the engine may lack what was written: it was away, or has no index yet.
    async fn lags(&self, _owner: Owner) -> bool {
        false
    }

    /// Brings that part up to the whole catalogue of `owner`, by what differs, or `anew`. Says how many products differed.
    async fn mend(
        &self,
        _owner: Owner,
        _batches: BoxStream<'_, Result<Batch>>,
        _anew: bool,
    ) -> Result<usize, EngineError> {
        Ok(0)
    }

    /// Learns what words mean in all channels, for an engine that keeps this beside its index. One that takes it from
    /// each request does nothing.
    async fn teach(&self, _owner: Owner, _words: Arc<Vocabulary>) -> Result<(), EngineError> {
        Ok(())
    }
}

/// Every engine that is configured, each with an index of its own below `folder`.
///
/// # Errors
/// When the folder cannot be made.
pub fn all(config: &Config, folder: &Path, clock: &Clock, ids: &Ids) -> Result<Vec<(SearchEngine, Arc<dyn Engine>)>> {
    let embedded = from_data_dir(folder)?;
    let mut all = vec![(SearchEngine::Embedded, Arc::clone(&embedded))];
    if let Some(mut place) = meilisearch::Place::from_config(config) {
        // What is measured is what is found, and not the machine.
        place.deadline = Duration::from_secs(10);
        for (kind, share) in [
            (SearchEngine::Meilisearch, fused::Share::Everything),
            (SearchEngine::Fused, fused::Share::Order),
        ] {
            place.prefix = format!("{}-eval-{kind}", config.search.meilisearch_prefix);
            let meilisearch = meilisearch::Meilisearch::open(&place, clock.clone(), ids.clone())?;
            let engine = fused::Both::new(Arc::clone(&embedded), meilisearch, share, clock.clone());
            all.push((kind, Arc::new(engine)));
        }
    }
    Ok(all)
}

/// The embedded engine, with its index below `data_dir`.
///
/// # Errors
/// When the folder cannot be made.
pub fn from_data_dir(data_dir: &Path) -> Result<Arc<dyn Engine>> {
    Ok(Arc::new(tantivy::Tantivy::open(data_dir)?))
}

/// The engine of the configuration: the embedded one, with Meilisearch beside it where there is one.
///
/// # Errors
/// When the folder cannot be made, or the machine has no TLS.
pub fn from_config(config: &Config, clock: &Clock, ids: &Ids) -> Result<Arc<dyn Engine>> {
    let embedded = from_data_dir(&config.server.data_dir)?;
    let Some(place) = meilisearch::Place::from_config(config) else {
        return Ok(embedded);
    };
    let share = match config.search_engine() {
        SearchEngine::Embedded => return Ok(embedded),
        SearchEngine::Fused => fused::Share::Order,
        SearchEngine::Meilisearch => fused::Share::Everything,
    };
    let meilisearch = meilisearch::Meilisearch::open(&place, clock.clone(), ids.clone())?;
    Ok(Arc::new(fused::Both::new(embedded, meilisearch, share, clock.clone())))
}

/// Asks the server of the configured engine whether it is there and takes the key.
///
/// # Errors
/// What is wrong.
pub async fn greet(config: &Config, clock: &Clock, ids: &Ids) -> Result<()> {
    let Some(place) = meilisearch::Place::from_config(config) else {
        return Ok(());
    };
    let server = meilisearch::Meilisearch::open(&place, clock.clone(), ids.clone())?;
    match server.exists(Owner(None)).await {
        Ok(_) => Ok(()),
        Err(trouble) => Err(EngineError::from(trouble).into()),
    }
}

/// The words of `text` as indexes hold them: without their endings, a space between them.
fn stems(language: Language, text: &str) -> String {
    tantivy::stems(language, text)
}

/// Whether words of `name` go on like `typed`, whose last word may be a beginning.
pub(super) fn goes_on(typed: &str, name: &str) -> bool {
    tantivy::goes_on(typed, name)
}
