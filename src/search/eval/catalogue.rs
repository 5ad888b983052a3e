//! A catalogue in an index of its own, without a database.

use std::collections::HashMap;

use entity::catalog::variant;
use entity::{CategoryId, ChannelId, ProductId};
use futures_util::StreamExt;
use sea_orm::{EntityTrait, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::run::Catalogue;
use crate::app::App;
use crate::catalog::Draft;
use crate::platform::error::Result;
use crate::search::embedder::Model;
use crate::search::engine::{Batch, Document, Engine, EngineError, Owner};
use crate::search::language::Language;
use crate::search::text::strip_html;
use crate::search::vectors::{TEXTS, text_of};
use crate::search::words::Vocabulary;

/// Products of a batch.
const BATCH: usize = 500;
/// Slug of the channel.
const CHANNEL: &str = "eval";

/// A product to index: the draft, the name of its category, units in stock.
pub type Indexed<'a> = (&'a Draft, Option<&'a str>, i64);

/// Builds the index of `engine` from products as an import writes them, with the vectors that `model` makes. Keys are made
/// up.
///
/// # Errors
/// Those of the engine and of the model.
pub async fn index(
    engine: &dyn Engine,
    model: Option<&Model>,
    products: &[Indexed<'_>],
) -> Result<Catalogue, EngineError> {
    let language = Language::default();
    let mut categories: HashMap<&str, CategoryId> = HashMap::new();
    let mut skus = HashMap::with_capacity(products.len());
    let mut documents = Vec::with_capacity(products.len());
    for ((draft, category, units), number) in products.iter().zip(1_u128..) {
        let product = ProductId(Uuid::from_u128(number));
        let category = category.map(|name| {
            let next = CategoryId(Uuid::from_u128(categories.len() as u128 + 1));
            (*categories.entry(name).or_insert(next), name.to_owned())
        });
        skus.insert(product, draft.variants.iter().map(|v| v.sku.clone()).collect());
        documents.push(document(product, language, draft, category, *units));
    }
    if let Some(model) = model {
        for some in documents.chunks_mut(TEXTS) {
            let texts: Vec<String> = some.iter().map(text_of).collect();
            let vectors = model
                .embed(&texts)
                .await
                .map_err(|e| EngineError::Failed(Box::new(e)))?;
            for (document, numbers) in some.iter_mut().zip(vectors) {
                document.vector = Some(model.vector(numbers));
            }
        }
    }
    let batches = || {
        let batches = documents.chunks(BATCH).map(|documents| {
            Ok(Batch {
                products: documents.iter().map(|d| d.product).collect(),
                documents: documents.to_vec(),
            })
        });
        futures_util::stream::iter(batches).boxed()
    };
    let owner = Owner(Some(ChannelId(Uuid::from_u128(1))));
    engine.rebuild(owner, batches()).await?;
    engine.mend(owner, &Vocabulary::default(), batches(), true).await?;
    Ok(Catalogue {
        owner,
        channel: CHANNEL.to_owned(),
        language,
        skus,
        ..Catalogue::default()
    })
}

/// The catalogue of the default channel of a shop, in the index that it has.
///
/// # Errors
/// Those of the database.
pub async fn of_shop(app: &App) -> Result<Catalogue> {
    let channel = app.channels.default_channel(&app.db).await?;
    let variants: Vec<(ProductId, String)> = variant::Entity::find()
        .select_only()
        .columns([variant::Column::ProductId, variant::Column::Sku])
        .order_by_asc(variant::Column::Position)
        .into_tuple()
        .all(&app.db)
        .await?;
    let mut skus: HashMap<ProductId, Vec<String>> = HashMap::new();
    for (product, sku) in variants {
        skus.entry(product).or_default().push(sku);
    }
    Ok(Catalogue {
        owner: crate::search::index::owner(app).await?,
        channel: channel.slug.clone(),
        language: Language::of_channel(&app.config.catalogue.languages, &channel.slug),
        skus,
        ..Catalogue::default()
    })
}

/// What the index of a shop would hold of `draft`: see `common` in `search::document`.
fn document(
    product: ProductId,
    language: Language,
    draft: &Draft,
    category: Option<(CategoryId, String)>,
    units: i64,
) -> Document {
    let variants = &draft.variants;
    let attributes = draft.attributes.iter().flat_map(|attribute| {
        let pair = |value: &crate::catalog::AttributeValue| (attribute.key.clone(), value.shown());
        attribute.values.iter().map(pair)
    });
    Document {
        product,
        channel: CHANNEL.to_owned(),
        language,
        name: draft.name.clone(),
        brand: draft.brand.clone(),
        categories: category.into_iter().collect(),
        description: strip_html(&draft.description),
        attributes: attributes.collect(),
        options: draft.options.iter().flat_map(|(_, values)| values.clone()).collect(),
        tags: draft.tags.clone(),
        skus: variants
            .iter()
            .flat_map(|v| std::iter::once(v.sku.clone()).chain(v.barcode.clone()))
            .collect(),
        price: variants
            .iter()
            .flat_map(|v| &v.prices)
            .map(|(_, amount, _)| *amount)
            .min()
            .unwrap_or_default(),
        available: units > 0 || variants.iter().any(|v| !v.track_inventory),
        units_sold: 0,
        created: 0,
        vector: None,
    }
}
