//! Staff makes a product with its opening stock: the catalogue writes the product, inventory its levels, in one
//! transaction.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use entity::{LocationId, ProductId, VariantId};
use serde::Serialize;

use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::catalog::{self, Draft, ProductState, SaveError};
use crate::channel;
use crate::inventory::import::set_on_hand;
use crate::platform::db::{Tx, constraint_of};
use crate::platform::error::{Fault, Result};
use crate::platform::locale::{Message, message};

/// Units of a new variant, by SKU, at a location (none: the default one), at least 0.
pub type OpeningStock = (String, Option<LocationId>, i64);

/// Why a product was not made.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum CreateError {
    /// The catalogue refuses it.
    #[error(transparent)]
    Save(#[from] SaveError),
    /// There is no such category.
    NoCategory,
    /// There is no such location.
    NoLocation,
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl CreateError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::Save(error) => error.message(),
            Self::NoCategory => message!("category-not-found"),
            Self::NoLocation => message!("location-not-found"),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<sea_orm::DbErr> for CreateError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Makes a product with its opening stock.
///
/// # Errors
/// See [`CreateError`]; nothing is written then.
pub async fn create_product(
    app: &App,
    actor: &Actor,
    draft: Draft,
    stock: Vec<OpeningStock>,
) -> Result<ProductId, CreateError> {
    let tree = app.categories.tree(&app.db).await?;
    if draft.category_id.is_some_and(|id| tree.get(id).is_none()) {
        return Err(CreateError::NoCategory);
    }
    if !locations_exist(app, &stock).await? {
        return Err(CreateError::NoLocation);
    }
    let now = app.clock.now();
    let made = Made {
        product: Some(draft.clone().into()),
        opening_stock: units(&stock),
    };
    let tx = app.db.begin().await?;
    let (slug, skus) = (
        draft.slug.clone(),
        draft.variants.iter().map(|v| v.sku.clone()).collect::<Vec<_>>(),
    );
    let saved = catalog::create(&tx, &app.ids, now, draft).await;
    // Somebody else may have been faster between the look and the write.
    let taken = saved.as_ref().err().and_then(Fault::db).and_then(constraint_of);
    match taken.as_deref() {
        Some("uq_product_slug") => return Err(SaveError::SlugTaken(slug).into()),
        Some("uq_variant_sku") => return Err(SaveError::SkuTaken(skus.join(", ")).into()),
        _ => {}
    }
    let saved = saved??;
    open_stock(&tx, app, now, &saved.variants, stock).await?;
    let entry = Entry::new("productCreate", "Product", saved.product).after(&made)?;
    audit::record(&tx, app, actor, entry).await?;
    tx.commit().await?;
    Ok(saved.product)
}

/// A product with the stock that came with it, as the audit log tells of it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Made {
    #[serde(flatten)]
    pub(super) product: Option<ProductState>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) opening_stock: BTreeMap<String, i64>,
}

/// Opening units by SKU.
pub(super) fn units(stock: &[OpeningStock]) -> BTreeMap<String, i64> {
    let mut units = BTreeMap::new();
    for (sku, _, on_hand) in stock {
        *units.entry(sku.clone()).or_default() += on_hand;
    }
    units
}

/// Whether the locations that `stock` names are there.
pub(super) async fn locations_exist(app: &App, stock: &[OpeningStock]) -> Result<bool> {
    let named: Vec<LocationId> = stock.iter().filter_map(|(_, location, _)| *location).collect();
    let known = channel::locations_by_ids(&app.db, &named).await?;
    Ok(named.iter().all(|id| known.contains_key(id)))
}

/// Writes the opening stock of new `variants`.
pub(super) async fn open_stock(
    tx: &Tx,
    app: &App,
    now: DateTime<Utc>,
    variants: &[(String, VariantId)],
    stock: Vec<OpeningStock>,
) -> Result<()> {
    if stock.is_empty() {
        return Ok(());
    }
    let default = channel::default_location(tx).await?.id;
    let of_sku: HashMap<_, _> = variants.iter().cloned().collect();
    let mut levels: HashMap<LocationId, Vec<_>> = HashMap::new();
    for (sku, location, on_hand) in stock {
        let Some(variant) = of_sku.get(&sku) else { continue };
        levels
            .entry(location.unwrap_or(default))
            .or_default()
            .push((*variant, on_hand));
    }
    for (location, levels) in levels {
        set_on_hand(tx, &app.ids, now, location, &levels).await?;
    }
    Ok(())
}
