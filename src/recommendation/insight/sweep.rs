//! Counts that are old are deleted.

use chrono::TimeDelta;
use entity::recommendation::{recommendation_day, recommendation_outcome_day, recommendation_shown_day};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::app::App;
use crate::platform::error::Result;
use crate::search::insight::day_of;

/// How long the counts of days are kept: two years and a month, to compare seasons.
const KEPT: TimeDelta = TimeDelta::days(762);

/// Deletes counts that are old. Doing it twice, or on two servers, is harmless.
///
/// # Errors
/// Those of the database; it is tried again in the next round.
pub async fn sweep(app: &App) -> Result<()> {
    let first = day_of(app.clock.now() - KEPT);
    let tx = app.db.begin().await?;
    recommendation_shown_day::Entity::delete_many()
        .filter(recommendation_shown_day::Column::Day.lt(first))
        .exec(&tx)
        .await?;
    recommendation_outcome_day::Entity::delete_many()
        .filter(recommendation_outcome_day::Column::Day.lt(first))
        .exec(&tx)
        .await?;
    recommendation_day::Entity::delete_many()
        .filter(recommendation_day::Column::Day.lt(first))
        .exec(&tx)
        .await?;
    Ok(tx.commit().await?)
}
