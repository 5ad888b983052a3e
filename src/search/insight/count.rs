//! The searches of a day, counted by the database.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use entity::search::search_reformulation_day;
use entity::{ChannelId, VisitId};
use sea_orm::{ConnectionTrait, FromQueryResult, IntoActiveModel, Statement};

use crate::platform::db::{Backend, Tx, upsert_all};
use crate::platform::error::Result;
use crate::search::insight::{WITHHELD, begin_of, swapped};

/// How long after the end of its day a search may have consequences.
const LATE: TimeDelta = TimeDelta::days(2);
/// How soon a shopper who looks again looks for the same thing.
const SOON: TimeDelta = TimeDelta::minutes(2);
/// The last position that is counted for itself.
pub(super) const POSITION_MAX: i32 = 100;

/// What came of searches, by search: at from `$1` before `$3`.
const OUTCOMES: &str = "SELECT search_id,
  SUM(CASE WHEN kind = 'click' THEN 1 ELSE 0 END) AS clicks,
  SUM(CASE WHEN kind = 'click' AND \"position\" IS NOT NULL THEN 1 ELSE 0 END) AS placed,
  SUM(CASE WHEN kind = 'click' THEN COALESCE(\"position\", 0) ELSE 0 END) AS places,
  SUM(CASE WHEN kind = 'cart' THEN 1 ELSE 0 END) AS carts,
  SUM(CASE WHEN kind = 'order' THEN 1 ELSE 0 END) AS orders
  FROM search_attribution WHERE at >= $1 AND at < $3 GROUP BY search_id";

#[derive(FromQueryResult)]
struct Change {
    channel_id: ChannelId,
    visit_id: VisitId,
    query: String,
    next_query: String,
    at: DateTime<Utc>,
    next_at: DateTime<Utc>,
}

/// Counts a day into the tables of counts, from which what was counted of it before is gone.
///
/// # Errors
/// Those of the database.
pub(super) async fn count(tx: &Tx, day: i32) -> Result<()> {
    queries(tx, day).await?;
    positions(tx, day).await?;
    reformulations(tx, day).await
}

/// `$1` and `$2` are the ends of the day, `$3` the end of what may come of it.
fn statement(tx: &Tx, day: i32, sql: &str) -> Statement {
    let end = begin_of(day + 1);
    // SQLite numbers its parameters with another mark.
    let sql = match Backend::of(tx) {
        Backend::Postgres => sql.to_owned(),
        Backend::Sqlite => sql.replace('$', "?"),
    };
    let values = [begin_of(day).into(), end.into(), (end + LATE).into()];
    Statement::from_sql_and_values(tx.get_database_backend(), sql, values)
}

/// What `INSERT` does with rows that are there: another process has counted the same day meanwhile.
fn replacing(key: &str, counts: &[&str]) -> String {
    let replaced: Vec<String> = counts.iter().map(|name| format!("{name} = excluded.{name}")).collect();
    format!("ON CONFLICT ({key}) DO UPDATE SET {}", replaced.join(", "))
}

async fn queries(tx: &Tx, day: i32) -> Result<()> {
    let sum = |what: &str| format!("CAST(SUM({what}) AS BIGINT)");
    let first = |what: &str| sum(&format!("CASE WHEN NOT l.continued AND ({what}) THEN 1 ELSE 0 END"));
    let of_outcomes = |what: &str| sum(&format!("COALESCE(o.{what}, 0)"));
    let counts = [
        ("searches", first("1 = 1")),
        ("sessions", "COUNT(DISTINCT l.visit_id)".to_owned()),
        ("degraded", first("l.degraded")),
        ("empty", first("l.total = 0")),
        ("clicked", first("o.clicks > 0")),
        ("clicks", of_outcomes("clicks")),
        ("placed", of_outcomes("placed")),
        ("places", of_outcomes("places")),
        ("carts", of_outcomes("carts")),
        ("orders", of_outcomes("orders")),
    ];
    let names = counts.each_ref().map(|(name, _)| *name);
    let sql = format!(
        "INSERT INTO search_query_day (channel_id, day, query, {})
         SELECT l.channel_id, {day}, l.query, {}
         FROM search_log l LEFT JOIN ({OUTCOMES}) o ON o.search_id = l.id
         WHERE l.at >= $1 AND l.at < $2 GROUP BY l.channel_id, l.query
         {}",
        names.join(", "),
        counts.each_ref().map(|(_, count)| count.as_str()).join(", "),
        replacing("channel_id, day, query", &names)
    );
    tx.execute_raw(statement(tx, day, &sql)).await?;
    Ok(())
}

async fn positions(tx: &Tx, day: i32) -> Result<()> {
    let beyond = POSITION_MAX + 1;
    let sql = format!(
        "INSERT INTO search_position_day (channel_id, day, \"position\", clicks)
         SELECT c.channel_id, {day}, c.place, COUNT(*) FROM (
           SELECT l.channel_id AS channel_id,
             CASE WHEN a.\"position\" > {POSITION_MAX} THEN {beyond} ELSE a.\"position\" END AS place
           FROM search_log l JOIN search_attribution a ON a.search_id = l.id
           WHERE l.at >= $1 AND l.at < $2 AND a.at < $3 AND a.kind = 'click' AND a.\"position\" IS NOT NULL) c
         GROUP BY c.channel_id, c.place
         {}",
        replacing("channel_id, day, \"position\"", &["clicks"])
    );
    tx.execute_raw(statement(tx, day, &sql)).await?;
    Ok(())
}

/// Searches without hits or without a click, with the next search of the visit where that has one. What is withheld is no
/// word that anything could be said instead of.
async fn reformulations(tx: &Tx, day: i32) -> Result<()> {
    use search_reformulation_day::Column;
    let sql = format!(
        "SELECT s.channel_id AS channel_id, s.visit_id AS visit_id, s.query AS query, s.next_query AS next_query,
           s.at AS at, s.next_at AS next_at FROM (
           SELECT l.channel_id, l.visit_id, l.query, l.at, COALESCE(o.clicks, 0) AS clicks,
             LEAD(l.query) OVER w AS next_query, LEAD(l.at) OVER w AS next_at,
             LEAD(COALESCE(o.clicks, 0)) OVER w AS next_clicks
           FROM search_log l LEFT JOIN ({OUTCOMES}) o ON o.search_id = l.id
           WHERE l.at >= $1 AND l.at < $2 AND l.visit_id IS NOT NULL AND NOT l.continued AND l.query <> ''
           WINDOW w AS (PARTITION BY l.channel_id, l.visit_id ORDER BY l.at, l.id)) s
         WHERE s.clicks = 0 AND s.next_clicks > 0 AND s.next_query <> s.query
           AND s.query <> '{WITHHELD}' AND s.next_query <> '{WITHHELD}'"
    );
    let rows = Change::find_by_statement(statement(tx, day, &sql)).all(tx).await?;
    let mut visits: BTreeMap<(ChannelId, String, String), BTreeSet<VisitId>> = BTreeMap::new();
    for row in rows.into_iter().filter(|row| row.next_at - row.at <= SOON) {
        if let Some((given_up, found_by)) = swapped(&row.query, &row.next_query) {
            let pair = visits.entry((row.channel_id, given_up, found_by)).or_default();
            pair.insert(row.visit_id);
        }
    }
    let rows = visits.into_iter().map(|((channel_id, given_up, found_by), visits)| {
        let sessions = i64::try_from(visits.len()).unwrap_or(i64::MAX);
        search_reformulation_day::Model {
            channel_id,
            day,
            given_up,
            found_by,
            sessions,
        }
    });
    let rows = rows.map(IntoActiveModel::into_active_model).collect();
    let key = [Column::ChannelId, Column::Day, Column::GivenUp, Column::FoundBy];
    upsert_all::<search_reformulation_day::ActiveModel>(tx, rows, &key, &[Column::Sessions]).await
}
