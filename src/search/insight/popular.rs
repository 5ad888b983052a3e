//! Queries that many look for, and that lead somewhere: what suggestions begin with.

use entity::ChannelId;
use entity::search::{search_popular, search_query_day};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, Order, QueryFilter, QueryOrder, QuerySelect};

use crate::app::App;
use crate::platform::db::upsert_all;
use crate::platform::error::Result;
use crate::search::insight::{WITHHELD, day_of, keepable};

/// Visits of one day that must have made a query before it is shown to others: what fewer look for might name one of them.
pub const VISITS_MIN: i64 = 3;
/// Days that count.
const DAYS: i32 = 30;
/// Queries of a channel that are kept.
const KEPT: usize = 1_000;

/// Chooses the popular queries of all channels anew.
///
/// # Errors
/// Those of the database.
pub(super) async fn choose(app: &App) -> Result<()> {
    let channels = app.channels.all(&app.db).await?;
    for channel in channels.iter() {
        let queries = of_channel(app, channel.id).await?;
        let rows = queries
            .into_iter()
            .zip(0..)
            .map(|(query, position)| search_popular::Model {
                channel_id: channel.id,
                position,
                query,
            });
        let rows = rows.map(IntoActiveModel::into_active_model).collect();
        let tx = app.db.begin().await?;
        search_popular::Entity::delete_many()
            .filter(search_popular::Column::ChannelId.eq(channel.id))
            .exec(&tx)
            .await?;
        // Another process may have chosen meanwhile.
        let key = [search_popular::Column::ChannelId, search_popular::Column::Position];
        upsert_all::<search_popular::ActiveModel>(&tx, rows, &key, &[search_popular::Column::Query]).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Those that led to most clicks first. Half of the searches at least found something.
async fn of_channel(app: &App, channel: ChannelId) -> Result<Vec<String>> {
    use search_query_day::Column;
    let sum = |column: Column| Expr::col(column).sum();
    let queries: Vec<String> = search_query_day::Entity::find()
        .select_only()
        .column(Column::Query)
        .filter(Column::ChannelId.eq(channel))
        .filter(Column::Day.gt(day_of(app.clock.now()) - DAYS))
        .filter(Column::Query.is_not_in(["", WITHHELD]))
        .group_by(Column::Query)
        .having(Expr::col(Column::Sessions).max().gte(VISITS_MIN))
        .having(sum(Column::Empty).mul(2).lt(sum(Column::Searches)))
        .order_by(sum(Column::Clicked), Order::Desc)
        .order_by(sum(Column::Searches), Order::Desc)
        .order_by_asc(Column::Query)
        .limit(KEPT as u64)
        .into_tuple()
        .all(&app.db)
        .await?;
    Ok(queries.into_iter().filter(|query| keepable(query) == *query).collect())
}

/// The queries of `popular` that go on like `typed`: their beginning first, then those in which a later word does.
pub fn going_on<'a>(popular: &'a [String], typed: &str, limit: usize) -> Vec<&'a str> {
    let typed = typed.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    if typed.is_empty() {
        return Vec::new();
    }
    let begin = popular.iter().filter(|query| query.starts_with(&typed));
    let later = popular.iter().filter(|query| {
        let mut found = query.match_indices(&typed);
        !query.starts_with(&typed) && found.any(|(at, _)| query[..at].ends_with(' '))
    });
    begin.chain(later).take(limit).map(String::as_str).collect()
}
