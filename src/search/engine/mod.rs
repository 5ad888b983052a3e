//! The port: what a search engine must do. An engine answers with keys and counts, never with what is shown: that comes
//! from the database, so that an index which lags behind cannot show what a viewer may no longer see.

mod curation;
mod fuse;
mod fused;
mod meilisearch;
mod open;
mod reach;
mod tantivy;
mod tuning;

use std::sync::Arc;

use async_trait::async_trait;
use entity::{CategoryId, ChannelId, ProductId};
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use tokio::time::Instant;

pub use self::curation::{Adjust, Curation, Target};
pub use self::fuse::reciprocal;
pub use self::open::{all, from_config, from_data_dir, greet};
pub(super) use self::reach::find_again;
use self::tantivy::Tantivy;
pub use self::tuning::{TextField, Tuning};
use crate::platform::error::{Fault, Result};
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
    pub vector: Option<Vector>,
}

/// What a model makes of a text. Vectors of different models are never compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Vector {
    /// Names the model.
    pub model: Arc<str>,
    /// The vector.
    pub numbers: Arc<[f32]>,
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
    /// A number of an attribute in any of these bands, or any of these values. No facet offers it.
    Numbers {
        /// The attribute.
        key: String,
        /// The bands.
        bands: Vec<NumberBand>,
        /// The values.
        values: Vec<String>,
    },
    /// One of these products: those of a collection. No facet offers it.
    Products(Arc<[ProductId]>),
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
    pub vector: Option<Vector>,
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
    /// The walk that the hit belongs to, as the answer with it named it.
    pub walk: Option<u32>,
    /// When outside systems that have not answered are given up; none for no hurry.
    pub until: Option<Instant>,
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

/// A range of numbers, both ends included. Ends are exact to a millionth and counted in these, so that equal ranges are
/// equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NumberBand {
    /// At least.
    pub gte: Option<i64>,
    /// At most.
    pub lte: Option<i64>,
}

impl NumberBand {
    const STEPS: f64 = 1e6;

    /// The millionths of a text; none when it is no number.
    pub fn steps(text: &str) -> Option<i64> {
        let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite())?;
        Some((number * Self::STEPS).round() as i64)
    }

    /// Whether `text` is a number of the range.
    pub fn holds(&self, text: &str) -> bool {
        Self::steps(text).is_some_and(|number| {
            self.gte.is_none_or(|least| number >= least) && self.lte.is_none_or(|most| number <= most)
        })
    }

    /// The ends as numbers.
    pub fn ends(&self) -> (Option<f64>, Option<f64>) {
        let number = |steps: i64| steps as f64 / Self::STEPS;
        (self.gte.map(number), self.lte.map(number))
    }
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
    /// Whether the ranks are those of an order that the vector had a part in.
    pub by_vector: bool,
    /// Names the walk that the page begins or goes on with, for an engine that keeps something about it.
    pub walk: Option<u32>,
    /// What answered, for the log.
    pub engine: &'static str,
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

/// What [`Engine::mend`] did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mended {
    /// Products that differ, and are to be written.
    pub differing: Vec<ProductId>,
    /// Whether a new index was built and put in the place of the old one: what was written meanwhile may be in the old
    /// one alone.
    pub anew: bool,
}

/// What replaces everything that the index holds of some products.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The products.
    pub products: Vec<ProductId>,
    /// What is to be found of them: one document a channel; nothing for a product that is gone.
    pub documents: Vec<Document>,
}

/// Something that may bring the vector of what was typed.
pub type Meaning<'a> = BoxFuture<'a, Option<Vector>>;

/// A search engine.
#[async_trait]
pub trait Engine: Send + Sync {
    /// Whether the index holds the whole catalogue of `owner`: it has been built once and kept up since.
    async fn is_ready(&self, owner: Owner) -> bool;

    /// Whether the index holds nothing.
    async fn is_empty(&self) -> bool;

    /// A page of hits with their facets.
    async fn search(&self, request: SearchRequest) -> Result<SearchAnswer, EngineError>;

    /// The same with the vector that `meaning` brings, if it brings one: what needs none is asked meanwhile.
    async fn search_by(&self, request: SearchRequest, meaning: Meaning<'_>) -> Result<SearchAnswer, EngineError> {
        let vector = meaning.await;
        self.search(SearchRequest { vector, ..request }).await
    }

    /// How a beginning may go on.
    async fn suggest(&self, request: SuggestRequest) -> Result<SuggestAnswer, EngineError>;

    /// Replaces what the index holds of some products; searches see it when this returns. Does nothing while the index
    /// is not a complete one of `owner`: the rebuild that it needs reads the products anyway. What a part beside the
    /// index gets is only put off, in the order of the calls: see [`Self::settle`].
    async fn write(&self, owner: Owner, batch: Batch) -> Result<(), EngineError>;

    /// Replaces everything, whoever the index belonged to: it is a complete one of `owner` then. Searches
    /// see the old index until all batches are in, and keep it when one of them fails.
    async fn rebuild(&self, owner: Owner, batches: BoxStream<'_, Result<Batch>>) -> Result<(), EngineError>;

    /// Writes what was put off, and gives those of `products` that a part of the engine still lacks: it is away or has
    /// much to do. One without an index lacks none by itself: see [`Self::lags`].
    async fn settle(&self, _owner: Owner, _products: &[ProductId]) -> Vec<ProductId> {
        Vec::new()
    }

    /// Whether a part of the engine has no index of `owner`, or may have none.
    async fn lags(&self, _owner: Owner) -> bool {
        false
    }

    /// Compares that part with the whole catalogue of `owner` and tells it what words mean. Builds it where it has no
    /// index, or has one built `anew`.
    async fn mend(
        &self,
        _owner: Owner,
        _words: &Vocabulary,
        _batches: BoxStream<'_, Result<Batch>>,
        _anew: bool,
    ) -> Result<Mended, EngineError> {
        Ok(Mended::default())
    }

    /// Learns what words mean in all channels, for an engine that keeps this beside its index. One that takes it from
    /// each request does nothing.
    async fn teach(&self, _owner: Owner, _words: &Vocabulary) -> Result<(), EngineError> {
        Ok(())
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
