//! Vectors of products: made by the configured model, or given by whoever has them. They are kept in the database, so that
//! a new index asks the model for nothing.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entity::ProductId;
use entity::catalog::product::ProductStatus;
use entity::catalog::{product, product_listing};
use entity::search::product_vector::{ActiveModel, Column, Entity};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use tokio::time::Instant;

use crate::app::App;
use crate::platform::db::{Db, any_of};
use crate::platform::error::{Fault, Result};
use crate::platform::text::sha256_hex;
use crate::search::embedder::{EmbedError, Model};
use crate::search::engine::{Document, Order, Vector};
use crate::search::query::Query as Search;
use crate::search::words::Typed;
use crate::search::{document, insight};

/// Texts that the model gets at once.
pub(super) const TEXTS: usize = 32;
/// Texts that may be refused one after the other before the fault is not in the texts.
const REFUSALS_MAX: usize = 8;
/// Longest text in characters: models cut them anyway, and take longer for longer ones.
const TEXT_MAX: usize = 2_000;
/// Most numbers of a vector.
const DIMENSIONS_MAX: usize = 4_096;

/// The vectors of `products` by `model`.
///
/// # Errors
/// Those of the database.
pub(super) async fn of_products(db: &Db, model: &Model, products: &[ProductId]) -> Result<HashMap<ProductId, Vector>> {
    let rows: Vec<(ProductId, String)> = Entity::find()
        .select_only()
        .columns([Column::ProductId, Column::Vector])
        .filter(any_of(db, Column::ProductId, products))
        .filter(Column::Model.eq(model.name()))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|(id, text)| Some((id, model.vector(decoded(&text)?))))
        .collect())
}

/// Asks the model for the vectors of `products` that are missing or of another text. Gives the products that have a new
/// one: they are to be indexed again. Nothing without a model.
///
/// # Errors
/// Those of the database and of the model.
pub(super) async fn bring_up(app: &App, products: &[ProductId]) -> Result<Vec<ProductId>> {
    let Some(asked) = app.search.model() else {
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
        if model == asked.name() && (given || same) {
            texts.remove(&product);
        }
    }
    let (products, texts): (Vec<ProductId>, Vec<String>) = texts.into_iter().unzip();
    let mut changed = Vec::new();
    for (products, texts) in products.chunks(TEXTS).zip(texts.chunks(TEXTS)) {
        let vectors = all_or_each(asked, texts).await;
        let vectors = vectors.map_err(|e| Fault::part("embeddings", e))?;
        for ((product, text), vector) in products.iter().zip(texts).zip(vectors) {
            let Some(vector) = vector else {
                tracing::warn!(%product, "the model makes no vector of a product");
                continue;
            };
            keep(app, *product, asked.name(), sha256_hex(text), &vector).await?;
            changed.push(*product);
        }
    }
    Ok(changed)
}

/// The vectors of `texts`; none for those that `model` refuses: the others do not wait for them.
async fn all_or_each(model: &Model, texts: &[String]) -> Result<Vec<Option<Vec<f32>>>, EmbedError> {
    let refusal = match model.embed(texts).await {
        Err(EmbedError::Refused(why)) => why,
        vectors => return Ok(vectors?.into_iter().map(Some).collect()),
    };
    let mut vectors = Vec::with_capacity(texts.len());
    for text in texts {
        vectors.push(match model.embed(std::slice::from_ref(text)).await {
            Ok(one) => one.into_iter().next(),
            Err(EmbedError::Refused(_)) => None,
            Err(error) => return Err(error),
        });
        if vectors.len() == REFUSALS_MAX && vectors.iter().all(Option::is_none) {
            return Err(EmbedError::Refused(refusal));
        }
    }
    Ok(vectors)
}

/// Keeps a vector that somebody gives for a product: the model is not asked for it.
///
/// # Errors
/// When it is no vector, or the database fails.
pub async fn give(app: &App, product: ProductId, vector: &[f32]) -> Result<()> {
    let model = app.search.model().map_or("given", Model::name);
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

/// Whether products are on sale of which the model has made no vector. Never without a model.
///
/// # Errors
/// Those of the database.
pub(super) async fn are_missing(app: &App) -> Result<bool> {
    let Some(model) = app.search.model() else {
        return Ok(false);
    };
    let known = Query::select()
        .expr(Expr::val(1))
        .from(Entity)
        .and_where(Expr::col(Column::ProductId.as_column_ref()).equals(product::Column::Id.as_column_ref()))
        .and_where(Column::Model.eq(model.name()))
        .to_owned();
    let listed = Query::select()
        .expr(Expr::val(1))
        .from(product_listing::Entity)
        .and_where(
            Expr::col(product_listing::Column::ProductId.as_column_ref()).equals(product::Column::Id.as_column_ref()),
        )
        .and_where(product_listing::Column::Published.eq(true))
        .and_where(product_listing::Column::MinPrice.is_not_null())
        .to_owned();
    let missing: Option<ProductId> = product::Entity::find()
        .select_only()
        .column(product::Column::Id)
        .filter(product::Column::Status.eq(ProductStatus::Active))
        .filter(Expr::exists(listed))
        .filter(Expr::exists(known).not())
        .limit(1)
        .into_tuple()
        .one(&app.db)
        .await?;
    Ok(missing.is_some())
}

/// What the model would be asked for the vector of a search: the words, where the order is by them. None without a model,
/// for a phrase, which means what it says, and for what may name somebody, which goes to nobody outside.
pub(super) fn asked_by(app: &App, search: &Search) -> Option<String> {
    app.search.model()?;
    let typed = Typed::read(&search.text);
    let by_words = search.order == Order::Relevance && !search.plain && typed.phrases.is_empty();
    let text = typed.text.trim();
    let asks = by_words && search.tuning.embeddings && !text.is_empty() && !insight::is_personal(&search.text);
    asks.then(|| text.to_owned())
}

/// The vector of what a shopper typed.
pub(super) async fn of_query(app: &App, text: Option<&str>, until: Instant) -> Option<Vector> {
    app.search.model()?.of_query(text?, until).await
}

/// What the model gets to see of a product.
pub(super) fn text_of(document: &Document) -> String {
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
