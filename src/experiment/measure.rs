//! What the units of an experiment did, counted in the database.

use chrono::{DateTime, Utc};
use entity::TypedId;
use entity::experiment::experiment::ExperimentUnit;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};

use crate::experiment::query::Experiment;
use crate::platform::db::Db;
use crate::platform::error::Result;

/// What the units of an arm did, from their first exposure on.
#[derive(Clone, Debug, Default, PartialEq, FromQueryResult)]
pub(super) struct Counts {
    /// The arm.
    pub arm: String,
    /// Units that were exposed.
    pub units: i64,
    /// Units that chose a product from a list.
    pub clicked: i64,
    /// Units that put something into a cart.
    pub added: i64,
    /// Units that placed an order.
    pub ordered: i64,
    /// Orders.
    pub orders: i64,
    /// Their totals, minor units.
    pub revenue: i64,
    /// The sum of the squares of the units' totals: for variances, not for books.
    pub squares: f64,
}

/// How interactions belong to a unit.
fn link(unit: ExperimentUnit) -> &'static str {
    match unit {
        ExperimentUnit::Visit => "i.visit_id = e.unit_id",
        ExperimentUnit::Customer => "i.customer_id = e.unit_id",
    }
}

/// The orders of each unit, as `unit_id, total`. A customer's are theirs. A visit's are those of the carts that its client
/// named; where several visits named one, the order belongs to the last that did so before it was placed: it was placed
/// once, whatever arms they saw.
fn sales(unit: ExperimentUnit, fitting: &str) -> String {
    match unit {
        ExperimentUnit::Visit => format!(
            "SELECT unit_id, total FROM (\
                SELECT e.unit_id AS unit_id, o.total AS total, ROW_NUMBER() OVER (PARTITION BY o.id ORDER BY \
                    MAX(CASE WHEN i.received_at <= o.placed_at THEN 1 ELSE 0 END) DESC, \
                    MAX(CASE WHEN i.received_at <= o.placed_at THEN i.received_at END) DESC, \
                    MAX(i.received_at) DESC, e.unit_id) AS place \
                FROM unit e JOIN interaction i ON i.visit_id = e.unit_id JOIN orders o ON o.cart_id = i.cart_id \
                WHERE {fitting} GROUP BY o.id, o.total, e.unit_id\
             ) AS named WHERE place = 1"
        ),
        ExperimentUnit::Customer => format!(
            "SELECT e.unit_id AS unit_id, o.total AS total \
             FROM unit e JOIN orders o ON o.customer_id = e.unit_id WHERE {fitting}"
        ),
    }
}

/// Counts what the units of an experiment did until `until`, in one statement. Orders that were cancelled count as none.
pub(super) async fn counts(db: &Db, experiment: &Experiment, until: DateTime<Utc>) -> Result<Vec<Counts>> {
    let mut values: Vec<Value> = vec![experiment.id.uuid().into(), until.into()];
    let (mut in_channel, mut order_in_channel) = ("", "");
    if let Some(channel) = experiment.channel_id {
        values.push(channel.uuid().into());
        (in_channel, order_in_channel) = (" AND i.channel_id = $3", " AND o.channel_id = $3");
    }
    let did = link(experiment.unit);
    let has_done = |kind: &str| {
        format!(
            "CASE WHEN EXISTS (SELECT 1 FROM interaction i WHERE {did} AND i.kind = '{kind}' \
             AND i.received_at >= e.at AND i.received_at < $2{in_channel}) THEN 1 ELSE 0 END"
        )
    };
    let fitting = format!("o.placed_at >= e.at AND o.placed_at < $2 AND o.status <> 'cancelled'{order_in_channel}");
    let sql = format!(
        "WITH unit AS (SELECT unit_id, arm, at FROM exposure WHERE experiment_id = $1 AND at < $2), \
         bought AS (SELECT unit_id, COUNT(*) AS orders, CAST(SUM(total) AS BIGINT) AS revenue \
            FROM ({}) AS sale GROUP BY unit_id) \
         SELECT arm, COUNT(*) AS units, CAST(SUM(clicked) AS BIGINT) AS clicked, CAST(SUM(added) AS BIGINT) AS added, \
         CAST(SUM(CASE WHEN orders > 0 THEN 1 ELSE 0 END) AS BIGINT) AS ordered, \
         CAST(SUM(orders) AS BIGINT) AS orders, CAST(SUM(revenue) AS BIGINT) AS revenue, \
         SUM(CAST(revenue AS DOUBLE PRECISION) * revenue) AS squares FROM (\
            SELECT e.arm AS arm, {} AS clicked, {} AS added, \
                COALESCE(b.orders, 0) AS orders, COALESCE(b.revenue, 0) AS revenue \
            FROM unit e LEFT JOIN bought b ON b.unit_id = e.unit_id\
         ) AS counted GROUP BY arm",
        sales(experiment.unit, &fitting),
        has_done("click"),
        has_done("add"),
    );
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = db.query_all_raw(statement).await?;
    let counts = rows.iter().map(|row| Counts::from_query_result(row, ""));
    Ok(counts.collect::<Result<_, _>>()?)
}
