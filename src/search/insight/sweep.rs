//! What is old is deleted.

use chrono::{DateTime, TimeDelta, Utc};
use entity::search::{
    search_attribution, search_day, search_log, search_position_day, search_query_day, search_reformulation_day,
};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::app::App;
use crate::platform::error::Result;
use crate::search::insight::{begin_of, day_of};

/// How long single searches are kept, and what is left of their last day.
const SEARCHES_KEPT: TimeDelta = TimeDelta::days(90);
/// How long the counts of days are kept, which name no visit: two years and a month, to compare seasons.
const COUNTS_KEPT: TimeDelta = TimeDelta::days(762);
/// Searches deleted in one transaction.
const BATCH: u64 = 5_000;

/// The first day whose searches are kept, all of them: a day is deleted as a whole, so that none is counted again from
/// what is left of it.
pub(super) fn first_kept(now: DateTime<Utc>) -> i32 {
    day_of(now - SEARCHES_KEPT)
}

/// Deletes searches, what came of them, and counts that are old. Doing it twice, or on two servers, is harmless.
///
/// # Errors
/// Those of the database; it is tried again in the next round.
pub async fn sweep(app: &App) -> Result<()> {
    let now = app.clock.now();
    let kept_from = begin_of(first_kept(now));
    loop {
        let old = Query::select()
            .column(search_log::Column::Id)
            .from(search_log::Entity)
            .and_where(search_log::Column::At.lt(kept_from))
            .limit(BATCH)
            .to_owned();
        let tx = app.db.begin().await?;
        let deleted = search_log::Entity::delete_many()
            .filter(search_log::Column::Id.in_subquery(old))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        if deleted.rows_affected < BATCH {
            break;
        }
    }
    let day = day_of(now - COUNTS_KEPT);
    let tx = app.db.begin().await?;
    search_attribution::Entity::delete_many()
        .filter(search_attribution::Column::At.lt(kept_from))
        .exec(&tx)
        .await?;
    search_query_day::Entity::delete_many()
        .filter(search_query_day::Column::Day.lt(day))
        .exec(&tx)
        .await?;
    search_position_day::Entity::delete_many()
        .filter(search_position_day::Column::Day.lt(day))
        .exec(&tx)
        .await?;
    search_reformulation_day::Entity::delete_many()
        .filter(search_reformulation_day::Column::Day.lt(day))
        .exec(&tx)
        .await?;
    search_day::Entity::delete_many()
        .filter(search_day::Column::Day.lt(day))
        .exec(&tx)
        .await?;
    Ok(tx.commit().await?)
}
