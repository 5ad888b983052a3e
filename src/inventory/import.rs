//! Stock that a file brings.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::inventory::stock_movement::MovementKind;
use entity::inventory::{stock_level, stock_movement};
use entity::{LocationId, VariantId};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use crate::platform::db::{Tx, any_of, insert_all, upsert_all};
use crate::platform::error::Result;
use crate::platform::id::Ids;

/// Sets the units on hand of variants at a location. What is reserved or allocated stays claimed: a level never falls
/// below it. Each change is a movement of what was really
/// written.
///
/// # Errors
/// Those of the database.
pub async fn set_on_hand(
    tx: &Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    location_id: LocationId,
    levels: &[(VariantId, i64)],
) -> Result<()> {
    if levels.is_empty() {
        return Ok(());
    }
    // In the order of the keys, as everybody who takes several levels; a variant that comes twice is set once.
    let wanted: BTreeMap<VariantId, i64> = levels.iter().copied().collect();
    let keys: Vec<VariantId> = wanted.keys().copied().collect();
    let level = |variant_id: VariantId, on_hand: i64| {
        stock_level::Model {
            variant_id,
            location_id,
            on_hand,
            reserved: 0,
            allocated: 0,
            updated_at: now,
        }
        .into_active_model()
    };
    let key = [stock_level::Column::VariantId, stock_level::Column::LocationId];
    upsert_all(tx, keys.iter().map(|variant| level(*variant, 0)).collect(), &key, &[]).await?;
    // From here on nobody else moves these levels: what is written below is what was decided on.
    let before = stock_level::Entity::find()
        .filter(any_of(tx, stock_level::Column::VariantId, &keys))
        .filter(stock_level::Column::LocationId.eq(location_id))
        .order_by_asc(stock_level::Column::VariantId)
        .lock_exclusive()
        .all(tx)
        .await?;
    let changed: Vec<(VariantId, i64, i64)> = before
        .iter()
        .filter_map(|row| {
            let target = Ord::max(*wanted.get(&row.variant_id)?, row.reserved + row.allocated);
            Some((row.variant_id, target, target - row.on_hand))
        })
        .filter(|(.., moved)| *moved != 0)
        .collect();
    let rows = changed.iter().map(|(variant, target, _)| level(*variant, *target));
    let update = [stock_level::Column::OnHand, stock_level::Column::UpdatedAt];
    upsert_all(tx, rows.collect(), &key, &update).await?;
    let movements = changed.into_iter().map(|(variant_id, _, quantity)| {
        stock_movement::Model {
            id: ids.new_id(),
            variant_id,
            location_id,
            kind: MovementKind::Import,
            quantity,
            reason: None,
            reference: None,
            created_at: now,
        }
        .into_active_model()
    });
    insert_all(tx, movements.collect()).await
}
