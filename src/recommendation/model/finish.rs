//! A model is finished: it becomes the active one, unless there is something to be said against it, and old ones go.

use chrono::{DateTime, Utc};
use entity::recommendation::recommendation_model::{Column, Entity, ModelKind, ModelStatus};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::app::App;
use crate::platform::db::{Tx, retry_conflicts};
use crate::platform::error::{Fault, Result};
use crate::recommendation::memory::reload;
use crate::recommendation::model::metrics::Metrics;
use crate::recommendation::model::query::{RecommendationModel, active};
use crate::recommendation::model::start::Reason;
use crate::recommendation::model::write::Attempt;

/// Versions that were recommended by and are kept, to go back to.
const KEPT: u64 = 5;
/// Versions that were finished and not made the active one.
const WITHHELD: u64 = 2;
/// Notes of versions that could not be made.
const FAILED: u64 = 5;

/// What a finished model says of itself.
pub(in crate::recommendation) struct Finished {
    /// The first and the last order that it knows.
    pub window: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Orders that it knows.
    pub orders: usize,
    /// Customers that it knows.
    pub customers: usize,
    /// Items that it knows.
    pub items: usize,
    /// What it was made with.
    pub parameters: serde_json::Value,
    /// What it reached; none where that could not be measured.
    pub metrics: Option<Metrics>,
    /// Share of the orders of late from which the active model guesses the item that is left out.
    pub observed: Option<f64>,
}

/// Makes a finished model the active one, all at once: who asks gets the one or the other. It is kept, and not made the
/// active one, when it is worse, or when staff holds the active one and nobody asked for another. Older versions go, but
/// for the last few.
///
/// # Errors
/// Those of the database; when another attempt took over.
pub(in crate::recommendation) async fn finish(app: &App, attempt: Attempt, finished: &Finished) -> Result<()> {
    retry_conflicts(Fault::db, || finish_once(app, attempt, finished)).await?;
    reload(app).await;
    Ok(())
}

async fn finish_once(app: &App, attempt: Attempt, finished: &Finished) -> Result<()> {
    let big = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    attempt.hold(&tx).await?;
    let row = Entity::find_by_id(attempt.model).one(&tx).await?;
    let row = row.ok_or(Fault::Invariant("a model vanished"))?;
    hold_active(&tx).await?;
    let objection = active(&tx).await?.and_then(|active| objection(&active, &row, finished));
    let is_active = objection.is_none();
    if is_active {
        retire(&tx).await?;
    }
    attempt
        .update()
        .col_expr(
            Column::Status,
            Expr::value(if is_active { "active" } else { "retired" }),
        )
        .col_expr(Column::Stage, Expr::value("done"))
        .col_expr(Column::Progress, Expr::value(100))
        .col_expr(Column::WindowFrom, Expr::value(finished.window.map(|window| window.0)))
        .col_expr(Column::WindowTo, Expr::value(finished.window.map(|window| window.1)))
        .col_expr(Column::Orders, Expr::value(big(finished.orders)))
        .col_expr(Column::Customers, Expr::value(big(finished.customers)))
        .col_expr(Column::Items, Expr::value(big(finished.items)))
        .col_expr(Column::Parameters, Expr::value(finished.parameters.clone()))
        .col_expr(
            Column::Metrics,
            Expr::value(serde_json::to_value(finished.metrics.unwrap_or_default())?),
        )
        .col_expr(Column::TrainedAt, Expr::value(now))
        .col_expr(Column::ActivatedAt, Expr::value(is_active.then_some(now)))
        // What was computed elsewhere is there because somebody wants it.
        .col_expr(Column::Held, Expr::value(row.kind == ModelKind::Imported))
        .col_expr(Column::Withheld, Expr::value(objection))
        .exec(&tx)
        .await?;
    prune(&tx).await?;
    tx.commit().await?;
    Ok(())
}

/// Nobody else writes the active version before `tx` ends: what staff says of it is heard now, or of the one that follows.
async fn hold_active(tx: &Tx) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Status, Expr::value("active"))
        .filter(Column::Status.eq(ModelStatus::Active))
        .exec(tx)
        .await?;
    Ok(())
}

/// The active version is active no more.
pub(super) async fn retire(tx: &Tx) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Status, Expr::value("retired"))
        .col_expr(Column::Held, Expr::value(false))
        .filter(Column::Status.eq(ModelStatus::Active))
        .exec(tx)
        .await?;
    Ok(())
}

/// Why a finished model does not take the place of `active`. Pure.
fn objection(active: &RecommendationModel, row: &RecommendationModel, finished: &Finished) -> Option<String> {
    if row.kind == ModelKind::Imported {
        return None;
    }
    if active.held && Reason::is_automatic(&row.reason) {
        return Some(format!("version {} is held", active.version));
    }
    let known: Metrics = serde_json::from_value(active.metrics.clone()).unwrap_or_default();
    let worse = match &finished.metrics {
        Some(metrics) => metrics.worse_than(&known.seen(finished.observed)),
        None if known.is_empty() => None,
        None => Some("what it reaches could not be measured".to_owned()),
    };
    worse.map(|worse| format!("{worse}: version {} stays", active.version))
}

/// Deletes old versions. Each kind is counted by itself: failures take no place of what one can go back to.
async fn prune(tx: &Tx) -> Result<()> {
    let of = |status: ModelStatus| Condition::all().add(Column::Status.eq(status));
    let kinds = [
        (of(ModelStatus::Retired).add(Column::ActivatedAt.is_not_null()), KEPT),
        (of(ModelStatus::Retired).add(Column::ActivatedAt.is_null()), WITHHELD),
        (of(ModelStatus::Failed), FAILED),
    ];
    for (kind, kept) in kinds {
        let oldest = Entity::find()
            .select_only()
            .column(Column::Version)
            .filter(kind.clone())
            .order_by_desc(Column::Version)
            .offset(kept)
            .limit(1)
            .into_tuple::<i32>()
            .one(tx)
            .await?;
        if let Some(oldest) = oldest {
            let old = kind.add(Column::Version.lte(oldest));
            Entity::delete_many().filter(old).exec(tx).await?;
        }
    }
    Ok(())
}
