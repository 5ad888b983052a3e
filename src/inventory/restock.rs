//! Units of an order that nobody keeps go back into stock.

use chrono::{DateTime, Utc};
use entity::catalog::variant;
use entity::inventory::stock_movement::MovementKind;
use entity::inventory::{allocation, stock_level, stock_movement};
use entity::{LocationId, OrderLineId, VariantId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use crate::channel;
use crate::inventory::events::AvailabilityChanged;
use crate::inventory::shift::{Moves, shift};
use crate::platform::db::Tx;
use crate::platform::error::{Fault, Result};
use crate::platform::event;
use crate::platform::id::Ids;

/// Units of an order line that come back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Returned {
    /// The line.
    pub line: OrderLineId,
    /// What it sold.
    pub variant: VariantId,
    /// Units, at least 1.
    pub quantity: i64,
}

/// Puts `returned` back: units that were not sent are free again where they lie, others are added at the default
/// location. `reference` names the order. Variants whose stock is not tracked are passed over.
pub(crate) async fn restock(
    tx: &Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    reference: &str,
    returned: &[Returned],
) -> Result<()> {
    let mut returned = returned.to_vec();
    returned.sort_unstable_by_key(|units| (units.variant, units.line));
    let mut moves = Moves::new();
    let mut movements = Vec::new();
    for units in returned {
        let tracked = variant::Entity::find_by_id(units.variant).one(tx).await?;
        if !tracked.is_some_and(|variant| variant.track_inventory) {
            continue;
        }
        let mut put = |location, quantity| {
            movements.push(
                stock_movement::Model {
                    id: ids.new_id(),
                    variant_id: units.variant,
                    location_id: location,
                    kind: MovementKind::Restock,
                    quantity,
                    reason: None,
                    reference: Some(reference.to_owned()),
                    created_at: now,
                }
                .into_active_model(),
            );
        };
        let mut left = units.quantity;
        for (location, part) in take_back(tx, units.line, left).await? {
            left -= part;
            moves.entry((units.variant, location)).or_default().1 -= part;
            put(location, part);
        }
        if left > 0 {
            let location = channel::default_location(tx).await?.id;
            add(tx, now, (units.variant, location), left).await?;
            put(location, left);
        }
    }
    if shift(tx, now, &moves).await?.len() < moves.len() {
        return Err(Fault::Invariant("an allocation without its stock"));
    }
    tx.later(movements);
    Ok(())
}

/// Takes up to `wanted` units from what a line has allocated; gives what was taken where.
async fn take_back(tx: &Tx, line: OrderLineId, wanted: i64) -> Result<Vec<(LocationId, i64)>> {
    let rows = allocation::Entity::find()
        .filter(allocation::Column::OrderLineId.eq(line))
        .order_by_asc(allocation::Column::LocationId)
        .all(tx)
        .await?;
    let (mut left, mut taken) = (wanted, Vec::new());
    for row in rows {
        let part = Ord::min(left, row.quantity);
        if part == 0 {
            break;
        }
        let at = (row.order_line_id, row.location_id);
        if part == row.quantity {
            allocation::Entity::delete_by_id(at).exec(tx).await?;
        } else {
            allocation::Entity::update_many()
                .col_expr(
                    allocation::Column::Quantity,
                    Expr::col(allocation::Column::Quantity).sub(part),
                )
                .filter(allocation::Column::OrderLineId.eq(row.order_line_id))
                .filter(allocation::Column::LocationId.eq(row.location_id))
                .exec(tx)
                .await?;
        }
        left -= part;
        taken.push((row.location_id, part));
    }
    Ok(taken)
}

async fn add(tx: &Tx, now: DateTime<Utc>, (variant, location): (VariantId, LocationId), units: i64) -> Result<()> {
    let added = stock_level::Entity::update_many()
        .col_expr(
            stock_level::Column::OnHand,
            Expr::col(stock_level::Column::OnHand).add(units),
        )
        .col_expr(stock_level::Column::UpdatedAt, Expr::value(now))
        .filter(stock_level::Column::VariantId.eq(variant))
        .filter(stock_level::Column::LocationId.eq(location))
        .exec(tx)
        .await?;
    if added.rows_affected == 0 {
        let level = stock_level::Model {
            variant_id: variant,
            location_id: location,
            on_hand: units,
            reserved: 0,
            allocated: 0,
            updated_at: now,
        };
        level.into_active_model().insert(tx).await?;
    }
    let variants = vec![variant];
    event::emit(tx, &AvailabilityChanged { variants }).await
}
