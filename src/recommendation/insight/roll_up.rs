//! Days on which something may have come of recommendations since they were counted are counted again.

use entity::analytics::interaction;
use entity::recommendation::{recommendation_day, recommendation_outcome_day};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use crate::app::App;
use crate::platform::db::insert_all;
use crate::platform::error::Result;
use crate::recommendation::insight::count::count;
use crate::search::insight::day_of;

/// Counts today and yesterday, and the days before that were not counted to their end: none while a worker runs all the
/// time. Several processes may do it at the same time.
///
/// # Errors
/// Those of the database; what was counted before stays so.
pub async fn roll_up(app: &App) -> Result<()> {
    let today = day_of(app.clock.now());
    let Some(first) = first_to_count(app).await? else {
        return Ok(());
    };
    for day in std::cmp::min(first, today - 1)..=today {
        let read = app.db.begin_long_read().await?;
        let counted = count(&read, day).await?;
        read.rollback().await?;
        keep(app, day, counted).await?;
    }
    Ok(())
}

/// The last day that was counted, which may not have been over; else the day of the first interaction.
async fn first_to_count(app: &App) -> Result<Option<i32>> {
    use recommendation_day::Column;
    let last: Option<Option<i32>> = recommendation_day::Entity::find()
        .select_only()
        .expr(Expr::col(Column::Day).max())
        .into_tuple()
        .one(&app.db)
        .await?;
    if let Some(last) = last.flatten() {
        // What was done before midnight may have been written behind it.
        return Ok(Some(last - 1));
    }
    let first = interaction::Entity::find()
        .order_by_asc(interaction::Column::Id)
        .one(&app.db)
        .await?;
    Ok(first.map(|row| day_of(row.received_at)))
}

/// Replaces what is kept of a day.
async fn keep(app: &App, day: i32, counted: Vec<recommendation_outcome_day::Model>) -> Result<()> {
    use recommendation_day::Column;
    let tx = app.db.begin().await?;
    let row = recommendation_day::Model {
        day,
        counted_at: app.clock.now(),
    };
    // First of all: others who counted the day wait here.
    let again = OnConflict::column(Column::Day)
        .update_column(Column::CountedAt)
        .to_owned();
    recommendation_day::Entity::insert(row.into_active_model())
        .on_conflict(again)
        .exec_without_returning(&tx)
        .await?;
    recommendation_outcome_day::Entity::delete_many()
        .filter(recommendation_outcome_day::Column::Day.eq(day))
        .exec(&tx)
        .await?;
    let rows = counted.into_iter().map(IntoActiveModel::into_active_model);
    insert_all::<recommendation_outcome_day::ActiveModel>(&tx, rows.collect()).await?;
    Ok(tx.commit().await?)
}
