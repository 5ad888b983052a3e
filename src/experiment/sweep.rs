//! What was shown long ago is deleted.

use chrono::{DateTime, TimeDelta, Utc};
use entity::experiment::exposure::{Column, Entity};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::app::App;
use crate::platform::error::Result;

/// How long exposures are kept: as long as what is measured after them.
const KEPT: TimeDelta = TimeDelta::days(396);
/// What is deleted at once, by age: others write meanwhile.
const STEP: TimeDelta = TimeDelta::hours(6);

/// Deletes what was shown more than 13 months ago.
///
/// # Errors
/// Those of the database.
pub async fn sweep(app: &App) -> Result<()> {
    let limit = app.clock.now() - KEPT;
    loop {
        let oldest: Option<Option<DateTime<Utc>>> = Entity::find()
            .select_only()
            .expr(Expr::col(Column::At).min())
            .into_tuple()
            .one(&app.db)
            .await?;
        let Some(oldest) = oldest.flatten().filter(|oldest| *oldest < limit) else {
            return Ok(());
        };
        let until = std::cmp::min(limit, oldest + STEP);
        let tx = app.db.begin().await?;
        Entity::delete_many().filter(Column::At.lt(until)).exec(&tx).await?;
        tx.commit().await?;
    }
}
