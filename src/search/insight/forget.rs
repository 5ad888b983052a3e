//! A person is forgotten, or wants to know what is known.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::search::{search_attribution, search_log};
use entity::{CustomerId, VisitId};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Value, json};

use crate::analytics::visits_of;
use crate::app::App;
use crate::platform::db::{Tx, any_of};
use crate::platform::error::Result;
use crate::search::insight::day_of;
use crate::search::insight::log::touch;

/// Searches in an export at most, the latest.
const EXPORTED_MAX: u64 = 20_000;

/// Deletes what was looked for in these visits and what came of it. The days are counted again: what nobody else looked
/// for is then in no list of staff any more.
pub(in crate::search) async fn forget(tx: &Tx, visits: &[VisitId]) -> Result<()> {
    let theirs = || any_of(tx, search_log::Column::VisitId, visits);
    let times: Vec<DateTime<Utc>> = search_log::Entity::find()
        .select_only()
        .column(search_log::Column::At)
        .filter(theirs())
        .into_tuple()
        .all(tx)
        .await?;
    if times.is_empty() {
        return Ok(());
    }
    let searches = Query::select()
        .column(search_log::Column::Id)
        .from(search_log::Entity)
        .and_where(theirs())
        .to_owned();
    search_attribution::Entity::delete_many()
        .filter(search_attribution::Column::SearchId.in_subquery(searches))
        .exec(tx)
        .await?;
    search_log::Entity::delete_many().filter(theirs()).exec(tx).await?;
    let mut days = BTreeMap::new();
    for at in times {
        *days.entry(day_of(at)).or_insert(0) += 1;
    }
    touch(tx, days).await
}

/// What was looked for in the visits of the customer, the latest first.
pub(in crate::search) async fn export(app: &App, customer: CustomerId) -> Result<Value> {
    let visits = visits_of(&app.db, customer).await?;
    let rows = search_log::Entity::find()
        .filter(any_of(&app.db, search_log::Column::VisitId, &visits))
        .order_by_desc(search_log::Column::At)
        .order_by_desc(search_log::Column::Id)
        .limit(EXPORTED_MAX)
        .all(&app.db)
        .await?;
    let parts = rows
        .into_iter()
        .map(|row| json!({ "search": row.id, "at": row.at, "query": row.query, "hits": row.total }));
    Ok(parts.collect())
}
