//! Days that something was written of since they were counted are counted again.

use entity::search::{search_day, search_position_day, search_query_day, search_reformulation_day};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use crate::app::App;
use crate::platform::db::insert_all;
use crate::platform::error::Result;
use crate::search::insight::count::{Counted, count};
use crate::search::insight::popular;

/// Counts what is new, and finds what is popular. Several processes may do it at the same time.
///
/// # Errors
/// Those of the database; what was counted before stays so.
pub async fn roll_up(app: &App) -> Result<()> {
    use search_day::Column;
    let days = search_day::Entity::find()
        .filter(Expr::col(Column::Counted).lt(Expr::col(Column::Written)))
        .order_by_asc(Column::Day)
        .all(&app.db)
        .await?;
    for day in &days {
        let read = app.db.begin_long_read().await?;
        let counted = count(&read, day.day).await?;
        read.rollback().await?;
        keep(app, day, counted).await?;
    }
    if !days.is_empty() {
        popular::choose(app).await?;
        app.search.shelf().clear();
    }
    Ok(())
}

/// Replaces what is kept of a day, unless somebody has counted more of it meanwhile.
async fn keep(app: &App, day: &search_day::Model, counted: Counted) -> Result<()> {
    use search_day::Column;
    let tx = app.db.begin().await?;
    let ours = search_day::Entity::update_many()
        .col_expr(Column::Counted, Expr::value(day.written))
        .filter(Column::Day.eq(day.day))
        .filter(Column::Counted.lt(day.written))
        .exec(&tx)
        .await?;
    if ours.rows_affected == 0 {
        return Ok(());
    }
    search_query_day::Entity::delete_many()
        .filter(search_query_day::Column::Day.eq(day.day))
        .exec(&tx)
        .await?;
    search_position_day::Entity::delete_many()
        .filter(search_position_day::Column::Day.eq(day.day))
        .exec(&tx)
        .await?;
    search_reformulation_day::Entity::delete_many()
        .filter(search_reformulation_day::Column::Day.eq(day.day))
        .exec(&tx)
        .await?;
    let rows = counted.queries.into_iter().map(IntoActiveModel::into_active_model);
    insert_all::<search_query_day::ActiveModel>(&tx, rows.collect()).await?;
    let rows = counted.positions.into_iter().map(IntoActiveModel::into_active_model);
    insert_all::<search_position_day::ActiveModel>(&tx, rows.collect()).await?;
    let rows = counted
        .reformulations
        .into_iter()
        .map(IntoActiveModel::into_active_model);
    insert_all::<search_reformulation_day::ActiveModel>(&tx, rows.collect()).await?;
    Ok(tx.commit().await?)
}
