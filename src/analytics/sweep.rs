//! Old interactions are deleted.

use chrono::TimeDelta;
use entity::InteractionId;
use entity::analytics::interaction::{Column, Entity};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::app::App;
use crate::platform::error::Result;
use crate::platform::id::first_id_at;

/// How long interactions are kept: a year and a month, so that a season can be compared with the last.
const KEPT: TimeDelta = TimeDelta::days(396);
/// Rows that are deleted at once: others write meanwhile.
const CHUNK: u64 = 10_000;

/// Deletes interactions that arrived more than 13 months ago.
///
/// # Errors
/// Those of the database.
pub async fn sweep(app: &App) -> Result<()> {
    let first: InteractionId = first_id_at(app.clock.now() - KEPT);
    loop {
        let old = Query::select()
            .column(Column::Id)
            .from(Entity)
            .and_where(Column::Id.lt(first))
            .order_by(Column::Id, sea_orm::Order::Asc)
            .limit(CHUNK)
            .to_owned();
        let gone = Entity::delete_many()
            .filter(Column::Id.in_subquery(old))
            .exec(&app.db)
            .await?;
        if gone.rows_affected < CHUNK {
            return Ok(());
        }
    }
}
