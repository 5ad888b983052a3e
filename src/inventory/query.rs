//! Reads of stock.

use std::collections::HashMap;

use entity::inventory::{reservation, stock_level};
use entity::{CartId, VariantId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

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

/// Units that a cart has reserved, by variant. Whoever asks must own the cart.
///
/// # Errors
/// Those of the database.
pub async fn reserved_by_cart(db: &impl ConnectionTrait, cart: CartId) -> Result<HashMap<VariantId, i64>> {
    let rows = reservation::Entity::find()
        .filter(reservation::Column::CartId.eq(cart))
        .all(db)
        .await?;
    let mut of = HashMap::new();
    for row in rows {
        *of.entry(row.variant_id).or_default() += row.quantity;
    }
    Ok(of)
}
