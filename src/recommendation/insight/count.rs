//! What came of recommendations on a day, counted by the database.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use entity::recommendation::recommendation_outcome_day::Model;
use entity::{ChannelId, ExperimentId, InteractionId, OrderId, TypedId};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use uuid::Uuid;

use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::id::first_id_at;
use crate::search::insight::begin_of;

/// How long before an order a recommendation may lie that has it.
const WINDOW: TimeDelta = TimeDelta::hours(24);

/// What is counted together.
type Key = (ChannelId, String, String, Option<ExperimentId>, Option<String>);

#[derive(FromQueryResult)]
struct Done {
    channel_id: ChannelId,
    surface: String,
    strategy: String,
    experiment_id: Option<ExperimentId>,
    arm: Option<String>,
    clicks: i64,
    adds: i64,
}

/// A product of an order, with the latest recommendation that its buyer followed.
#[derive(FromQueryResult)]
struct Sale {
    order_id: OrderId,
    placed_at: DateTime<Utc>,
    at: DateTime<Utc>,
    channel_id: ChannelId,
    surface: String,
    strategy: String,
    experiment_id: Option<ExperimentId>,
    arm: Option<String>,
    revenue: i64,
}

#[derive(Default)]
struct Counts {
    clicks: i64,
    adds: i64,
    orders: BTreeSet<OrderId>,
    revenue: i64,
}

/// What arrived on a day, by the keys of its rows: they are made in the order of time.
const DONE: &str = "SELECT channel_id, surface, strategy, experiment_id, arm, \
    CAST(SUM(CASE WHEN kind = 'click' THEN 1 ELSE 0 END) AS BIGINT) AS clicks, \
    CAST(SUM(CASE WHEN kind = 'add' THEN 1 ELSE 0 END) AS BIGINT) AS adds \
    FROM interaction WHERE id >= $1 AND id < $2 AND surface LIKE '%.%' AND strategy IS NOT NULL \
    GROUP BY channel_id, surface, strategy, experiment_id, arm";

/// The orders of a day that were placed here and not called off, the visits that used their carts or that their customers
/// made, and the latest that these did with each of their products before.
const SALES: &str = "WITH placed AS (\
      SELECT id, channel_id, cart_id, customer_id, placed_at FROM orders \
      WHERE id >= $1 AND id < $2 AND content_hash IS NULL AND status <> 'cancelled'), \
    visited AS (\
      SELECT o.id AS order_id, i.visit_id AS visit_id FROM placed o JOIN interaction i ON i.cart_id = o.cart_id \
      UNION \
      SELECT o.id AS order_id, i.visit_id AS visit_id FROM placed o JOIN interaction i ON i.customer_id = o.customer_id \
      WHERE i.at >= $3), \
    followed AS (\
      SELECT o.id AS order_id, o.placed_at AS placed_at, i.at AS at, o.channel_id AS channel_id, \
        i.product_id AS product_id, i.surface AS surface, i.strategy AS strategy, i.experiment_id AS experiment_id, \
        i.arm AS arm, ROW_NUMBER() OVER (PARTITION BY o.id, i.product_id ORDER BY i.at DESC, i.id DESC) AS place \
      FROM placed o JOIN visited v ON v.order_id = o.id JOIN interaction i ON i.visit_id = v.visit_id \
      WHERE i.channel_id = o.channel_id AND i.kind IN ('click', 'add') AND i.at >= $3 AND i.at <= o.placed_at \
        AND i.surface LIKE '%.%' AND i.strategy IS NOT NULL) \
    SELECT f.order_id AS order_id, f.placed_at AS placed_at, f.at AS at, f.channel_id AS channel_id, \
      f.surface AS surface, f.strategy AS strategy, f.experiment_id AS experiment_id, f.arm AS arm, \
      CAST(SUM(l.total) AS BIGINT) AS revenue \
    FROM followed f JOIN order_line l ON l.order_id = f.order_id \
      JOIN variant p ON p.id = l.variant_id AND p.product_id = f.product_id \
    WHERE f.place = 1 \
    GROUP BY f.order_id, f.placed_at, f.at, f.channel_id, f.surface, f.strategy, f.experiment_id, f.arm, f.product_id";

/// Counts a day.
///
/// # Errors
/// Those of the database.
pub(super) async fn count(tx: &Tx, day: i32) -> Result<Vec<Model>> {
    let (begin, end) = (begin_of(day), begin_of(day + 1));
    let backend = tx.get_database_backend();
    let of_day = [first_id_at::<InteractionId>(begin), first_id_at(end)].map(|id| id.uuid().into());
    let mut counts: BTreeMap<Key, Counts> = BTreeMap::new();
    for row in tx
        .query_all_raw(Statement::from_sql_and_values(backend, DONE, of_day))
        .await?
    {
        let row = Done::from_query_result(&row, "")?;
        let key = (row.channel_id, row.surface, row.strategy, row.experiment_id, row.arm);
        let entry = counts.entry(key).or_default();
        entry.clicks += row.clicks;
        entry.adds += row.adds;
    }
    let of_orders = [
        first_id_at::<OrderId>(begin).uuid().into(),
        first_id_at::<OrderId>(end).uuid().into(),
        (begin - WINDOW).into(),
    ];
    for row in tx
        .query_all_raw(Statement::from_sql_and_values(backend, SALES, of_orders))
        .await?
    {
        let row = Sale::from_query_result(&row, "")?;
        // The latest one counts: where that is too long ago, all are.
        if row.placed_at - row.at > WINDOW {
            continue;
        }
        let key = (row.channel_id, row.surface, row.strategy, row.experiment_id, row.arm);
        let entry = counts.entry(key).or_default();
        entry.orders.insert(row.order_id);
        entry.revenue += row.revenue;
    }
    let model = |((channel_id, surface, strategy, experiment, arm), counts): (Key, Counts)| Model {
        channel_id,
        day,
        surface,
        strategy,
        experiment_id: experiment.unwrap_or(ExperimentId::from_uuid(Uuid::nil())),
        arm: arm.unwrap_or_default(),
        clicks: counts.clicks,
        adds: counts.adds,
        orders: i64::try_from(counts.orders.len()).unwrap_or(i64::MAX),
        revenue: counts.revenue,
    };
    Ok(counts.into_iter().map(model).collect())
}
