//! Vectors of products: made by the configured model, or given by whoever has them. They are kept in the database, so that
//! a new index asks the model for nothing.

use std::collections::HashMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entity::ProductId;
use entity::search::product_vector::{ActiveModel, Column, Entity};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::app::App;
use crate::platform::db::{Db, any_of};
use crate::platform::error::{Fault, Result};
use crate::platform::text::sha256_hex;
use crate::search::document;
use crate::search::engine::Document;
use crate::search::insight::is_personal;

/// Texts that the model gets at once.
const TEXTS: usize = 32;
/// Longest text in characters: models cut them anyway, and take longer for longer ones.
const TEXT_MAX: usize = 2_000;
/// How long a search waits for the vector of its text.
const PATIENCE: Duration = Duration::from_millis(200);
/// Most numbers of a vector.
const DIMENSIONS_MAX: usize = 4_096;

/// The vectors of `products` by `model`.
///
/// # Errors
/// Those of the database.
pub(super) async fn of_products(db: &Db, model: &str, products: &[ProductId]) -> Result<HashMap<ProductId, Vec<f32>>> {
    let rows: Vec<(ProductId, String)> = Entity::find()
        .select_only()
        .columns([Column::ProductId, Column::Vector])
        .filter(any_of(db, Column::ProductId, products))
        .filter(Column::Model.eq(model))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|(id, text)| Some((id, decoded(&text)?)))
        .collect())
}

/// Asks the model for the vectors of `products` that are missing or of another text. Gives the products that have a new
/// one: they are to be indexed again. Nothing without a model.
///
/// # Errors
/// Those of the database and of the model.
pub(super) async fn bring_up(app: &App, products: &[ProductId]) -> Result<Vec<ProductId>> {
    let Some(embedder) = app.search.embedder() else {
        return Ok(Vec::new());
    };
    let batch = document::batch(app, products.to_vec()).await?;
    let mut texts: HashMap<ProductId, String> = HashMap::new();
    for document in &batch.documents {
        texts.entry(document.product).or_insert_with(|| text_of(document));
    }
    let known: Vec<(ProductId, String, String)> = Entity::find()
        .select_only()
        .columns([Column::ProductId, Column::Model, Column::Digest])
        .filter(any_of(&app.db, Column::ProductId, products))
        .into_tuple()
        .all(&app.db)
        .await?;
    for (product, model, digest) in known {
        let given = digest.is_empty();
        let same = texts.get(&product).is_some_and(|text| sha256_hex(text) == digest);
        if model == embedder.model() && (given || same) {
            texts.remove(&product);
        }
    }
    let texts: Vec<(ProductId, String)> = texts.into_iter().collect();
    for some in texts.chunks(TEXTS) {
        let asked: Vec<String> = some.iter().map(|(_, text)| text.clone()).collect();
        let vectors = embedder.embed(&asked).await.map_err(|e| Fault::part("embeddings", e))?;
        for ((product, text), vector) in some.iter().zip(&vectors) {
            keep(app, *product, embedder.model(), sha256_hex(text), vector).await?;
        }
    }
    Ok(texts.into_iter().map(|(product, _)| product).collect())
}

/// Keeps a vector that somebody gives for a product: the model is not asked for it.
///
/// # Errors
/// When it is no vector, or the database fails.
pub async fn give(app: &App, product: ProductId, vector: &[f32]) -> Result<()> {
    let model = app.search.embedder().map_or("given", |embedder| embedder.model());
    if vector.is_empty() || vector.len() > DIMENSIONS_MAX || !vector.iter().all(|x| x.is_finite()) {
        return Err(Fault::Invariant("a vector has 1 to 4096 finite numbers"));
    }
    keep(app, product, model, String::new(), vector).await
}

async fn keep(app: &App, product: ProductId, model: &str, digest: String, vector: &[f32]) -> Result<()> {
    let row = ActiveModel {
        product_id: Set(product),
        model: Set(model.to_owned()),
        digest: Set(digest),
        vector: Set(encoded(vector)),
        updated_at: Set(app.clock.now()),
    };
    let replaced = OnConflict::column(Column::ProductId)
        .update_columns([Column::Model, Column::Digest, Column::Vector, Column::UpdatedAt])
        .to_owned();
    Entity::insert(row)
        .on_conflict(replaced)
        .exec_without_returning(&app.db)
        .await?;
    Ok(())
}

/// The vector of what a shopper typed, and whether there should be one that did not come in time. None without a model,
/// and none of what may tell who somebody is.
pub(super) async fn of_query(app: &App, text: &str) -> (Option<Vec<f32>>, bool) {
    // What may tell who somebody is, goes to nobody.
    let asks = !text.trim().is_empty() && !is_personal(text);
    let Some(embedder) = app.search.embedder().filter(|_| asks) else {
        return (None, false);
    };
    let asked = [text.to_owned()];
    match tokio::time::timeout(PATIENCE, embedder.embed(&asked)).await {
        Ok(Ok(vectors)) => (vectors.into_iter().next(), false),
        Ok(Err(error)) => {
            tracing::warn!(%error, "a search goes on without its vector");
            (None, true)
        }
        Err(_) => {
            tracing::warn!("a search goes on without its vector: it took too long");
            (None, true)
        }
    }
}

/// What the model gets to see of a product.
fn text_of(document: &Document) -> String {
    let categories = document.categories.iter().map(|(_, name)| name.as_str());
    let parts = [document.name.as_str(), document.brand.as_deref().unwrap_or_default()];
    let parts = parts
        .into_iter()
        .chain(categories)
        .chain([document.description.as_str()]);
    let text: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    text.join("\n").chars().take(TEXT_MAX).collect()
}

fn encoded(vector: &[f32]) -> String {
    STANDARD.encode(vector.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>())
}

fn decoded(text: &str) -> Option<Vec<f32>> {
    let bytes = STANDARD.decode(text).ok()?;
    let (numbers, _) = bytes.as_chunks::<4>();
    Some(numbers.iter().map(|number| f32::from_le_bytes(*number)).collect())
}
