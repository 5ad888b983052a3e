//! Staff makes a product with its opening stock: the catalogue writes the product, inventory its levels, in one
//! transaction.

use std::collections::HashMap;

use entity::{LocationId, ProductId};

use crate::app::App;
use crate::catalog::{self, Draft, SaveError};
use crate::channel;
use crate::inventory::import::set_on_hand;
use crate::platform::error::{Fault, Result};

/// Why a product was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The catalogue refuses it.
    #[error(transparent)]
    Save(#[from] SaveError),
    /// There is no such category.
    #[error("no such category")]
    NoCategory,
    /// There is no such location.
    #[error("no such location")]
    NoLocation,
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<sea_orm::DbErr> for CreateError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Makes a product. `stock` holds opening stock by SKU and location (none: the default one), at least 0 units.
///
/// # Errors
/// See [`CreateError`]; nothing is written then.
pub async fn create_product(
    app: &App,
    draft: Draft,
    stock: Vec<(String, Option<LocationId>, i64)>,
) -> Result<ProductId, CreateError> {
    let tree = app.categories.tree(&app.db).await?;
    if draft.category_id.is_some_and(|id| tree.get(id).is_none()) {
        return Err(CreateError::NoCategory);
    }
    let named: Vec<LocationId> = stock.iter().filter_map(|(_, location, _)| *location).collect();
    let known = channel::locations_by_ids(&app.db, &named).await?;
    if named.iter().any(|id| !known.contains_key(id)) {
        return Err(CreateError::NoLocation);
    }
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let saved = catalog::create(&tx, &app.ids, now, draft).await??;
    let default = channel::default_location(&tx).await?.id;
    let of_sku: HashMap<_, _> = saved.variants.iter().cloned().collect();
    let mut levels: HashMap<LocationId, Vec<_>> = HashMap::new();
    for (sku, location, on_hand) in stock {
        let Some(variant) = of_sku.get(&sku) else { continue };
        levels
            .entry(location.unwrap_or(default))
            .or_default()
            .push((*variant, on_hand));
    }
    for (location, levels) in levels {
        set_on_hand(&tx, &app.ids, now, location, &levels).await?;
    }
    tx.commit().await?;
    Ok(saved.product)
}
