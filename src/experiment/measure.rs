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

/// How interactions and orders belong to a unit. A visit's orders are those of the carts that its client named; a
/// customer's are theirs.
fn links(unit: ExperimentUnit) -> (&'static str, &'static str) {
    match unit {
        ExperimentUnit::Visit => (
            "i.visit_id = e.unit_id",
            "o.cart_id IN (SELECT c.cart_id FROM interaction c WHERE c.visit_id = e.unit_id AND c.cart_id IS NOT NULL)",
        ),
        ExperimentUnit::Customer => ("i.customer_id = e.unit_id", "o.customer_id = e.unit_id"),
    }
}

/// Counts what the units of an experiment did until `until`, in one statement. Orders that were cancelled count as none.
pub(super) async fn counts(db: &Db, experiment: &Experiment, until: DateTime<Utc>) -> Result<Vec<Counts>> {
    let (did, ordered) = links(experiment.unit);
    let mut values: Vec<Value> = vec![experiment.id.uuid().into(), until.into()];
    let (mut in_channel, mut order_in_channel) = ("", "");
    if let Some(channel) = experiment.channel_id {
        values.push(channel.uuid().into());
        (in_channel, order_in_channel) = (" AND i.channel_id = $3", " AND o.channel_id = $3");
    }
    let has_done = |kind: &str| {
        format!(
            "CASE WHEN EXISTS (SELECT 1 FROM interaction i WHERE {did} AND i.kind = '{kind}' \
             AND i.received_at >= e.at AND i.received_at < $2{in_channel}) THEN 1 ELSE 0 END"
        )
    };
    let of_orders = |what: &str| {
        format!(
            "(SELECT {what} FROM orders o WHERE {ordered} AND o.placed_at >= e.at AND o.placed_at < $2 \
             AND o.status <> 'cancelled'{order_in_channel})"
        )
    };
    let sql = format!(
        "SELECT arm, COUNT(*) AS units, CAST(SUM(clicked) AS BIGINT) AS clicked, CAST(SUM(added) AS BIGINT) AS added, \
         CAST(SUM(CASE WHEN orders > 0 THEN 1 ELSE 0 END) AS BIGINT) AS ordered, \
         CAST(SUM(orders) AS BIGINT) AS orders, CAST(SUM(revenue) AS BIGINT) AS revenue, \
         SUM(CAST(revenue AS DOUBLE PRECISION) * revenue) AS squares FROM (\
            SELECT e.arm AS arm, {} AS clicked, {} AS added, {} AS orders, {} AS revenue \
            FROM exposure e WHERE e.experiment_id = $1 AND e.at < $2\
         ) AS unit GROUP BY arm",
        has_done("click"),
        has_done("add"),
        of_orders("COUNT(*)"),
        of_orders("CAST(COALESCE(SUM(o.total), 0) AS BIGINT)"),
    );
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = db.query_all_raw(statement).await?;
    let counts = rows.iter().map(|row| Counts::from_query_result(row, ""));
    Ok(counts.collect::<Result<_, _>>()?)
}
