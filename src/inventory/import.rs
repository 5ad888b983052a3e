//! Stock that a file brings.

use chrono::{DateTime, Utc};
use entity::inventory::stock_movement::MovementKind;
use entity::inventory::{stock_level, stock_movement};
use entity::{LocationId, VariantId};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};

use crate::platform::db::{Tx, any_of, insert_all};
use crate::platform::error::Result;
use crate::platform::id::Ids;

/// Levels in one statement: six parameters each, below the limit of SQLite.
const ROWS: usize = 5000;

/// Sets the units on hand of variants at a location. What is reserved or allocated stays claimed: a level never falls
/// below it. Each change is a movement.
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
    let keys: Vec<VariantId> = levels.iter().map(|(variant, _)| *variant).collect();
    let before: std::collections::HashMap<VariantId, i64> = stock_level::Entity::find()
        .select_only()
        .columns([stock_level::Column::VariantId, stock_level::Column::OnHand])
        .filter(any_of(tx, stock_level::Column::VariantId, &keys))
        .filter(sea_orm::ColumnTrait::eq(&stock_level::Column::LocationId, location_id))
        .into_tuple::<(VariantId, i64)>()
        .all(tx)
        .await?
        .into_iter()
        .collect();
    let changed: Vec<(VariantId, i64, i64)> = levels
        .iter()
        .map(|(variant, on_hand)| (*variant, *on_hand, *on_hand - before.get(variant).copied().unwrap_or(0)))
        .filter(|(variant, _, delta)| *delta != 0 || !before.contains_key(variant))
        .collect();
    if changed.is_empty() {
        return Ok(());
    }
    let rows = changed.iter().map(|(variant_id, on_hand, _)| {
        stock_level::Model {
            variant_id: *variant_id,
            location_id,
            on_hand: *on_hand,
            reserved: 0,
            allocated: 0,
            updated_at: now,
        }
        .into_active_model()
    });
    // Not below what is claimed; `MAX` of two is spelled differently on the two databases, CASE is not.
    let at_least_claimed = Expr::cust(
        "CASE WHEN excluded.on_hand < stock_level.reserved + stock_level.allocated \
         THEN stock_level.reserved + stock_level.allocated ELSE excluded.on_hand END",
    );
    let set = OnConflict::columns([stock_level::Column::VariantId, stock_level::Column::LocationId])
        .value(stock_level::Column::OnHand, at_least_claimed)
        .update_column(stock_level::Column::UpdatedAt)
        .to_owned();
    let rows: Vec<_> = rows.collect();
    for rows in rows.chunks(ROWS) {
        stock_level::Entity::insert_many(rows.iter().cloned())
            .on_conflict(set.clone())
            .exec_without_returning(tx)
            .await?;
    }
    let movements = changed
        .into_iter()
        .filter(|(_, _, delta)| *delta != 0)
        .map(|(variant_id, _, quantity)| {
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
