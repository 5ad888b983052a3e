//! What staff asks of the recommendations of a channel. Everything is read from the counts of days.

use std::collections::BTreeMap;

use entity::recommendation::{recommendation_outcome_day, recommendation_shown_day};
use entity::{ExperimentId, TypedId};
use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect};

use crate::channel::Scope;
use crate::platform::error::Result;
use crate::recommendation::insight::Place;
use crate::search::insight::{Period, day_of};

/// What was counted of recommendations of one place and strategy, in one arm or outside of experiments.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Where they stood, and what for.
    pub place: Place,
    /// What found them.
    pub strategy: String,
    /// The experiment that they were part of, and its arm.
    pub experiment: Option<(ExperimentId, String)>,
    /// Products in lists that were given out.
    pub shown: i64,
    /// Products that were chosen.
    pub clicks: i64,
    /// Products that were put into a cart.
    pub adds: i64,
    /// Orders with such a product.
    pub orders: i64,
    /// What these products cost in them, minor units.
    pub revenue: i64,
}

impl Line {
    /// Part of those shown that were chosen.
    pub fn click_through_rate(&self) -> Option<f64> {
        (self.shown > 0).then(|| self.clicks as f64 / self.shown as f64)
    }
}

#[derive(FromQueryResult)]
struct ShownRow {
    surface: String,
    strategy: String,
    experiment_id: ExperimentId,
    arm: String,
    shown: i64,
}

#[derive(FromQueryResult)]
struct OutcomeRow {
    surface: String,
    strategy: String,
    experiment_id: ExperimentId,
    arm: String,
    clicks: i64,
    adds: i64,
    orders: i64,
    revenue: i64,
}

/// A sum as a number that is read: sums of large numbers have no end in PostgreSQL.
fn sum(column: impl ColumnTrait) -> SimpleExpr {
    Expr::col(column).sum().cast_as("BIGINT")
}

/// What was counted in the channel in a period, what is shown most first.
///
/// # Errors
/// Those of the database.
pub async fn report(db: &impl ConnectionTrait, scope: &Scope, period: Period) -> Result<Vec<Line>> {
    // A period ends where the day behind it begins.
    let (first, last) = (day_of(period.begin()), day_of(period.end()) - 1);
    let mut lines: BTreeMap<(String, String, ExperimentId, String), Line> = BTreeMap::new();
    let mut line = |key: (String, String, ExperimentId, String), add: &dyn Fn(&mut Line)| {
        let Some(place) = Place::of_name(&key.0) else { return };
        let none = key.2.uuid().is_nil();
        let line = lines.entry(key.clone()).or_insert_with(|| Line {
            place,
            strategy: key.1.clone(),
            experiment: (!none).then(|| (key.2, key.3.clone())),
            shown: 0,
            clicks: 0,
            adds: 0,
            orders: 0,
            revenue: 0,
        });
        add(line);
    };
    for row in shown(db, scope, (first, last)).await? {
        let key = (row.surface, row.strategy, row.experiment_id, row.arm);
        line(key, &|line| line.shown = row.shown);
    }
    for row in outcomes(db, scope, (first, last)).await? {
        let key = (row.surface, row.strategy, row.experiment_id, row.arm);
        line(key, &|line| {
            (line.clicks, line.adds) = (row.clicks, row.adds);
            (line.orders, line.revenue) = (row.orders, row.revenue);
        });
    }
    let mut lines: Vec<Line> = lines.into_values().collect();
    // Stable: of equals in the order of their names.
    lines.sort_by_key(|line| std::cmp::Reverse((line.shown, line.clicks)));
    Ok(lines)
}

async fn shown(db: &impl ConnectionTrait, scope: &Scope, (first, last): (i32, i32)) -> Result<Vec<ShownRow>> {
    use recommendation_shown_day::{Column, Entity};
    let by = [Column::Surface, Column::Strategy, Column::ExperimentId, Column::Arm];
    let mut rows = Entity::find()
        .select_only()
        .columns(by)
        .expr_as(sum(Column::Shown), "shown")
        .filter(Column::ChannelId.eq(scope.channel.id))
        .filter(Column::Day.between(first, last));
    for column in by {
        rows = rows.group_by(column);
    }
    Ok(rows.into_model().all(db).await?)
}

async fn outcomes(db: &impl ConnectionTrait, scope: &Scope, (first, last): (i32, i32)) -> Result<Vec<OutcomeRow>> {
    use recommendation_outcome_day::{Column, Entity};
    let by = [Column::Surface, Column::Strategy, Column::ExperimentId, Column::Arm];
    let mut rows = Entity::find()
        .select_only()
        .columns(by)
        .expr_as(sum(Column::Clicks), "clicks")
        .expr_as(sum(Column::Adds), "adds")
        .expr_as(sum(Column::Orders), "orders")
        .expr_as(sum(Column::Revenue), "revenue")
        .filter(Column::ChannelId.eq(scope.channel.id))
        .filter(Column::Day.between(first, last));
    for column in by {
        rows = rows.group_by(column);
    }
    Ok(rows.into_model().all(db).await?)
}
