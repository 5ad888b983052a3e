//! The one statement that moves stock between free, reserved and allocated.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use entity::inventory::stock_level;
use entity::inventory::stock_level::{Column, Entity};
use entity::{LocationId, TypedId, VariantId};
use sea_orm::sea_query::{ArrayType, Expr, ExprTrait, LockType, Order, Query, SelectStatement, TableRef};
use sea_orm::{ConnectionTrait, FromQueryResult, Iterable};

use crate::inventory::events::AvailabilityChanged;
use crate::platform::db::{GIVEN, Tx, given};
use crate::platform::error::Result;
use crate::platform::event;

/// Stock of a variant at a location.
pub(super) type Level = (VariantId, LocationId);

/// What is added to the reserved and to the allocated units of levels.
pub(super) type Moves = BTreeMap<Level, (i64, i64)>;

/// Names of the columns of a move, beside the level that it moves.
const VARIANT: &str = "of_variant";
const LOCATION: &str = "at_location";
const RESERVED: &str = "more_reserved";
const ALLOCATED: &str = "more_allocated";

/// Makes those of `moves` for which the units are there, and gives the levels as they are afterwards. Levels are locked
/// in the order of their keys.
pub(super) async fn shift(tx: &Tx, now: DateTime<Utc>, moves: &Moves) -> Result<Vec<stock_level::Model>> {
    if moves.is_empty() {
        return Ok(Vec::new());
    }
    let (of, more) = (|column: Column| Expr::col(column), |name: &'static str| Expr::col(name));
    let update = Query::update()
        .table(Entity)
        .value(Column::Reserved, of(Column::Reserved).add(more(RESERVED)))
        .value(Column::Allocated, of(Column::Allocated).add(more(ALLOCATED)))
        .value(Column::UpdatedAt, now)
        .from(TableRef::SubQuery(Box::new(locked(tx, moves)), "moved".into()))
        .and_where(of(Column::VariantId).equals(VARIANT))
        .and_where(of(Column::LocationId).equals(LOCATION))
        .and_where(
            of(Column::OnHand).gte(
                of(Column::Reserved)
                    .add(of(Column::Allocated))
                    .add(more(RESERVED))
                    .add(more(ALLOCATED)),
            ),
        )
        .and_where(of(Column::Reserved).add(more(RESERVED)).gte(0))
        .returning(Query::returning().columns(Column::iter()))
        .to_owned();
    let rows = tx.query_all(&update).await?;
    let levels = rows.iter().map(|row| stock_level::Model::from_query_result(row, ""));
    let levels = levels.collect::<std::result::Result<Vec<_>, _>>()?;
    tell(tx, moves, &levels).await?;
    Ok(levels)
}

/// `moves` beside their levels, which are locked on the way.
fn locked(tx: &Tx, moves: &Moves) -> SelectStatement {
    let rows = moves.iter().map(|((variant, location), (reserved, allocated))| {
        [
            variant.uuid().into(),
            location.uuid().into(),
            (*reserved).into(),
            (*allocated).into(),
        ]
    });
    let types = [ArrayType::Uuid, ArrayType::Uuid, ArrayType::BigInt, ArrayType::BigInt];
    let given = given(tx, types, rows.collect());
    let [variant, location, reserved, allocated] = GIVEN;
    let column = |column: Column| (Entity, column);
    Query::select()
        .expr_as(Expr::col(column(Column::VariantId)), VARIANT)
        .expr_as(Expr::col(column(Column::LocationId)), LOCATION)
        .expr_as(Expr::col(("given", reserved)), RESERVED)
        .expr_as(Expr::col(("given", allocated)), ALLOCATED)
        .from_subquery(given, "given")
        .inner_join(
            Entity,
            Expr::col(column(Column::VariantId))
                .equals(("given", variant))
                .and(Expr::col(column(Column::LocationId)).equals(("given", location))),
        )
        .order_by(column(Column::VariantId), Order::Asc)
        .order_by(column(Column::LocationId), Order::Asc)
        .lock_with_tables(LockType::Update, [Entity])
        .to_owned()
}

/// Says which variants were sold out by these moves, and which can be had again.
async fn tell(tx: &Tx, moves: &Moves, levels: &[stock_level::Model]) -> Result<()> {
    let turned = levels.iter().filter(|level| {
        let moved = moves.get(&(level.variant_id, level.location_id));
        let free = level.on_hand - level.reserved - level.allocated;
        let freed = moved.map_or(0, |(reserved, allocated)| -(reserved + allocated));
        (freed < 0 && free == 0) || (freed > 0 && free == freed)
    });
    let variants: BTreeSet<VariantId> = turned.map(|level| level.variant_id).collect();
    if variants.is_empty() {
        return Ok(());
    }
    let variants = variants.into_iter().collect();
    event::emit(tx, &AvailabilityChanged { variants }).await
}
