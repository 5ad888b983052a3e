//! Days that something was written of since they were counted are counted again.

use entity::search::{search_day, search_position_day, search_query_day, search_reformulation_day};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::app::App;
use crate::platform::error::Result;
use crate::search::insight::count::count;
use crate::search::insight::popular;
use crate::search::insight::sweep::first_kept;
use crate::search::lease;

/// What only one process does at a time.
const COUNTING: &str = "search.roll_up";

/// Counts what is new, and finds what is popular. Several processes may do it at the same time: one of them counts, the
/// others have nothing to do. What it did not see any more is new the next time.
///
/// # Errors
/// Those of the database; what was counted before stays so.
pub async fn roll_up(app: &App) -> Result<()> {
    // Two at a time would each put back what the other has not seen to be gone.
    lease::alone(app, COUNTING, count_days(app)).await?;
    Ok(())
}

async fn count_days(app: &App) -> Result<()> {
    use search_day::Column;
    let days = search_day::Entity::find()
        .filter(Expr::col(Column::Counted).lt(Expr::col(Column::Written)))
        // Of an older day only the counts are left.
        .filter(Column::Day.gte(first_kept(app.clock.now())))
        .order_by_asc(Column::Day)
        .all(&app.db)
        .await?;
    for day in &days {
        count_day(app, day).await?;
    }
    if !days.is_empty() {
        popular::choose(app).await?;
        app.search.shelf().clear();
    }
    Ok(())
}

/// Replaces what is kept of a day, unless somebody has counted as much of it meanwhile. The database counts into its own
/// tables: a day of many searches costs as many statements as one of few.
async fn count_day(app: &App, day: &search_day::Model) -> Result<()> {
    use search_day::Column;
    let tx = app.db.begin_long().await?;
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
    count(&tx, day.day).await?;
    // Last: whoever logs a search waits for this row.
    let ours = search_day::Entity::update_many()
        .col_expr(Column::Counted, Expr::value(day.written))
        .filter(Column::Day.eq(day.day))
        .filter(Column::Counted.lt(day.written))
        .exec(&tx)
        .await?;
    if ours.rows_affected > 0 {
        tx.commit().await?;
    }
    Ok(())
}
