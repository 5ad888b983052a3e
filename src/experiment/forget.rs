//! A person is forgotten, or wants to know what is known.

use std::collections::HashMap;

use entity::experiment::exposure::{Column, Entity};
use entity::{CustomerId, TypedId, VisitId};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

use crate::analytics::visits_of;
use crate::app::App;
use crate::experiment::query::by_ids;
use crate::platform::db::{Tx, any_of};
use crate::platform::error::Result;

/// Deletes what was shown to these units.
pub(super) async fn forget<I: TypedId>(tx: &Tx, units: &[I]) -> Result<()> {
    Entity::delete_many()
        .filter(any_of(tx, Column::UnitId, units))
        .exec(tx)
        .await?;
    Ok(())
}

/// What was shown to the customer, and in their visits.
pub(super) async fn export(app: &App, customer: CustomerId) -> Result<Value> {
    let visits: Vec<VisitId> = visits_of(&app.db, customer).await?;
    let theirs = Condition::any()
        .add(Column::UnitId.eq(customer.uuid()))
        .add(any_of(&app.db, Column::UnitId, &visits));
    let rows = Entity::find()
        .filter(theirs)
        .order_by_asc(Column::At)
        .all(&app.db)
        .await?;
    let ids: Vec<_> = rows.iter().map(|row| row.experiment_id).collect();
    let keys: HashMap<_, _> = by_ids(&app.db, &ids)
        .await?
        .into_iter()
        .map(|row| (row.id, row.key))
        .collect();
    let parts = rows
        .into_iter()
        .map(|row| json!({ "experiment": keys.get(&row.experiment_id), "arm": row.arm, "at": row.at }));
    Ok(parts.collect())
}
