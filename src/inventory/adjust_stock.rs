//! Staff counts or corrects stock.

use entity::inventory::stock_movement::MovementKind;
use entity::inventory::{stock_level, stock_movement};
use entity::{LocationId, VariantId};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::json;

use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::channel;
use crate::inventory::events::AvailabilityChanged;
use crate::platform::db::Tx;
use crate::platform::error::{Fault, Result};
use crate::platform::event;
use crate::platform::locale::{Message, message};

/// A correction of stock.
#[derive(Clone, Debug)]
pub struct AdjustStock {
    /// The variant.
    pub variant: VariantId,
    /// The location; the default one when none.
    pub location: Option<LocationId>,
    /// Units to add; negative takes away. Not 0.
    pub delta: i64,
    /// Why, for the ledger.
    pub reason: String,
    /// Units that the actor believes are there; another number refuses the change.
    pub expected_on_hand: Option<i64>,
}

/// Why stock was not adjusted.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum AdjustError {
    /// There is no such variant.
    NoVariant,
    /// There is no such location.
    NoLocation,
    /// It would change nothing.
    NoDelta,
    /// There are not as many units as expected, but this many.
    Mismatch(i64),
    /// Only this many units are free to be taken away.
    Insufficient(i64),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl AdjustError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::NoVariant => message!("variant-not-found"),
            Self::NoLocation => message!("location-not-found"),
            Self::NoDelta => message!("delta-zero"),
            Self::Mismatch(on_hand) => message!("stock-mismatch", available = *on_hand),
            Self::Insufficient(free) => message!("units-left", available = *free),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<sea_orm::DbErr> for AdjustError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Adds `delta` to the units on hand, writes a movement, and emits [`AvailabilityChanged`].
///
/// # Errors
/// See [`AdjustError`]; nothing is changed then.
pub async fn adjust_stock(app: &App, actor: &Actor, command: AdjustStock) -> Result<(), AdjustError> {
    if command.delta == 0 {
        return Err(AdjustError::NoDelta);
    }
    let tx = app.db.begin().await?;
    adjust(&tx, app, actor, command).await?;
    tx.commit().await?;
    Ok(())
}

async fn adjust(tx: &Tx, app: &App, actor: &Actor, command: AdjustStock) -> Result<(), AdjustError> {
    use entity::catalog::variant;
    use entity::channel::location;
    if variant::Entity::find_by_id(command.variant).one(tx).await?.is_none() {
        return Err(AdjustError::NoVariant);
    }
    let location = match command.location {
        None => channel::default_location(tx).await?.id,
        Some(id) => {
            location::Entity::find_by_id(id)
                .one(tx)
                .await?
                .ok_or(AdjustError::NoLocation)?
                .id
        }
    };
    let now = app.clock.now();
    let empty = stock_level::Model {
        variant_id: command.variant,
        location_id: location,
        on_hand: 0,
        reserved: 0,
        allocated: 0,
        updated_at: now,
    };
    let key = [stock_level::Column::VariantId, stock_level::Column::LocationId];
    stock_level::Entity::insert_many([empty.into_active_model()])
        .on_conflict(OnConflict::columns(key).do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    let on_hand = || Expr::col(stock_level::Column::OnHand);
    let claimed = Expr::col(stock_level::Column::Reserved).add(Expr::col(stock_level::Column::Allocated));
    let mut update = stock_level::Entity::update_many()
        .col_expr(stock_level::Column::OnHand, on_hand().add(command.delta))
        .col_expr(stock_level::Column::UpdatedAt, Expr::value(now))
        .filter(stock_level::Column::VariantId.eq(command.variant))
        .filter(stock_level::Column::LocationId.eq(location))
        .filter(on_hand().add(command.delta).gte(claimed));
    if let Some(expected) = command.expected_on_hand {
        update = update.filter(stock_level::Column::OnHand.eq(expected));
    }
    let adjusted = update.exec(tx).await?.rows_affected > 0;
    let level = stock_level::Entity::find_by_id((command.variant, location))
        .one(tx)
        .await?
        .ok_or(Fault::Invariant("a stock level vanished"))?;
    if !adjusted {
        return Err(match command.expected_on_hand {
            Some(expected) if expected != level.on_hand => AdjustError::Mismatch(level.on_hand),
            _ => AdjustError::Insufficient(level.on_hand - level.reserved - level.allocated),
        });
    }
    let at = location.to_string();
    let entry = Entry::new("stockAdjust", "ProductVariant", command.variant)
        .before(&json!({ "onHand": { at.as_str(): level.on_hand - command.delta } }))?
        .after(&json!({ "onHand": { at: level.on_hand }, "reason": command.reason }))?;
    audit::record(tx, app, actor, entry).await?;
    let movement = stock_movement::Model {
        id: app.ids.new_id(),
        variant_id: command.variant,
        location_id: location,
        kind: MovementKind::Adjustment,
        quantity: command.delta,
        reason: Some(command.reason),
        reference: None,
        created_at: now,
    };
    movement.into_active_model().insert(tx).await?;
    event::emit(
        tx,
        &AvailabilityChanged {
            variants: vec![command.variant],
        },
    )
    .await?;
    Ok(())
}
