//! Reads of stock.

use std::collections::HashMap;

use entity::VariantId;
use entity::inventory::stock_level;
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::platform::db::any_of;
use crate::platform::error::Result;

/// Stock of a variant at a location.
pub type StockLevel = stock_level::Model;

/// The stock of variants by location.
///
/// # Errors
/// Those of the database.
pub async fn levels_of_variants(
    db: &impl ConnectionTrait,
    ids: &[VariantId],
) -> Result<HashMap<VariantId, Vec<StockLevel>>> {
    let rows = stock_level::Entity::find()
        .filter(any_of(db, stock_level::Column::VariantId, ids))
        .order_by_asc(stock_level::Column::LocationId)
        .all(db)
        .await?;
    let mut of: HashMap<VariantId, Vec<StockLevel>> = HashMap::new();
    for row in rows {
        of.entry(row.variant_id).or_default().push(row);
    }
    Ok(of)
}
