//! A person is forgotten, or wants to know what is known.

use entity::CustomerId;
use entity::analytics::interaction::{Column, Entity};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Value, json};

use crate::analytics::events::VisitsForgotten;
use crate::analytics::query::visits_of;
use crate::app::App;
use crate::platform::db::{Tx, any_of};
use crate::platform::error::Result;
use crate::platform::event;

/// Rows in an export at most, the latest.
const EXPORTED_MAX: u64 = 20_000;

/// Deletes what the customer did, and what was done in the same visits before they signed in.
pub(super) async fn forget(tx: &Tx, customer: CustomerId) -> Result<()> {
    let visits = visits_of(tx, customer).await?;
    let unnamed = Condition::all()
        .add(Column::CustomerId.is_null())
        .add(any_of(tx, Column::VisitId, &visits));
    Entity::delete_many()
        .filter(Condition::any().add(Column::CustomerId.eq(customer)).add(unnamed))
        .exec(tx)
        .await?;
    event::emit(tx, &VisitsForgotten { visits }).await
}

/// What the customer did, the latest first.
pub(super) async fn export(app: &App, customer: CustomerId) -> Result<Value> {
    let rows = Entity::find()
        .filter(Column::CustomerId.eq(customer))
        .order_by_desc(Column::At)
        .order_by_desc(Column::Id)
        .limit(EXPORTED_MAX)
        .all(&app.db)
        .await?;
    let parts = rows.into_iter().map(|row| {
        json!({
            "at": row.at,
            "kind": row.kind,
            "product": row.product_id,
            "variant": row.variant_id,
            "search": row.search_id,
            "position": row.position,
            "surface": row.surface,
            "strategy": row.strategy,
        })
    });
    Ok(parts.collect())
}
