//! What is written of a model while it is made.

use entity::recommendation::recommendation_model::ModelStatus;
use entity::recommendation::recommendation_neighbours::NeighbourKind;
use entity::recommendation::{recommendation_item, recommendation_model, recommendation_neighbours};
use entity::{ProductId, RecommendationModelId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use crate::app::App;
use crate::platform::db::{insert_all, retry_conflicts};
use crate::platform::error::{Fault, Result};
use crate::recommendation::model::learn::Learned;
use crate::recommendation::model::packed::pack;

/// Rows in one transaction: others write too.
const ROWS: usize = 1_000;
/// Versions that are kept beside the active one, to go back to.
const KEPT: u64 = 5;

/// Notes what is being done. Says whether the model is still one that is made.
///
/// # Errors
/// Those of the database.
pub(in crate::recommendation) async fn stage(
    app: &App,
    model: RecommendationModelId,
    stage: &str,
    progress: i32,
) -> Result<bool> {
    use recommendation_model::Column;
    retry_conflicts(Fault::db, || async {
        let tx = app.db.begin().await?;
        let done = recommendation_model::Entity::update_many()
            .col_expr(Column::Stage, Expr::value(stage))
            .col_expr(Column::Progress, Expr::value(progress))
            .filter(Column::Id.eq(model))
            .filter(Column::Status.eq(ModelStatus::Training))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(done.rows_affected > 0)
    })
    .await
}

/// Writes what a model knows. Nobody sees it before the model is active; what an earlier attempt left goes first.
///
/// # Errors
/// Those of the database.
pub(in crate::recommendation) async fn knowledge(
    app: &App,
    model: RecommendationModelId,
    products: &[ProductId],
    learned: &Learned,
) -> Result<()> {
    let tx = app.db.begin().await?;
    recommendation_item::Entity::delete_many()
        .filter(recommendation_item::Column::ModelId.eq(model))
        .exec(&tx)
        .await?;
    recommendation_neighbours::Entity::delete_many()
        .filter(recommendation_neighbours::Column::ModelId.eq(model))
        .exec(&tx)
        .await?;
    let item = |(place, product): (usize, &ProductId)| {
        let orders = learned.orders.get(place).copied().unwrap_or_default();
        let row = recommendation_item::Model {
            model_id: model,
            place: i32::try_from(place).unwrap_or(i32::MAX),
            product_id: *product,
            orders: i32::try_from(orders).unwrap_or(i32::MAX),
        };
        row.into_active_model()
    };
    insert_all(&tx, products.iter().enumerate().map(item).collect()).await?;
    tx.commit().await?;
    for (kind, rows) in &learned.neighbours {
        let rows: Vec<(usize, &Vec<_>)> = rows.iter().enumerate().filter(|(_, row)| !row.is_empty()).collect();
        for page in rows.chunks(ROWS) {
            neighbours(app, model, *kind, page).await?;
        }
    }
    Ok(())
}

async fn neighbours(
    app: &App,
    model: RecommendationModelId,
    kind: NeighbourKind,
    page: &[(usize, &Vec<crate::recommendation::model::Neighbour>)],
) -> Result<()> {
    let tx = app.db.begin().await?;
    let row = |(place, row): &(usize, &Vec<_>)| {
        let row = recommendation_neighbours::Model {
            model_id: model,
            kind,
            place: i32::try_from(*place).unwrap_or(i32::MAX),
            packed: pack(row),
        };
        row.into_active_model()
    };
    insert_all(&tx, page.iter().map(row).collect()).await?;
    tx.commit().await?;
    Ok(())
}

/// What a finished model says of itself.
pub(in crate::recommendation) struct Finished {
    /// The first and the last order that it knows.
    pub window: Option<(chrono::DateTime<chrono::Utc>, chrono::DateTime<chrono::Utc>)>,
    /// Orders that it knows.
    pub orders: usize,
    /// Customers that it knows.
    pub customers: usize,
    /// Items that it knows.
    pub items: usize,
    /// What it was made with.
    pub parameters: serde_json::Value,
    /// What it reached.
    pub metrics: serde_json::Value,
}

/// Makes a finished model the active one, all at once: who asks gets the one or the other. Older versions go, but for the
/// last few. Says whether it was still one that is made.
///
/// # Errors
/// Those of the database.
pub(in crate::recommendation) async fn finish(
    app: &App,
    model: RecommendationModelId,
    finished: &Finished,
) -> Result<bool> {
    let done = retry_conflicts(Fault::db, || finish_once(app, model, finished)).await?;
    app.recommender.forget();
    Ok(done)
}

async fn finish_once(app: &App, model: RecommendationModelId, finished: &Finished) -> Result<bool> {
    use recommendation_model::Column;
    let big = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    recommendation_model::Entity::update_many()
        .col_expr(Column::Status, Expr::value("retired"))
        .filter(Column::Status.eq(ModelStatus::Active))
        .exec(&tx)
        .await?;
    let done = recommendation_model::Entity::update_many()
        .col_expr(Column::Status, Expr::value("active"))
        .col_expr(Column::Stage, Expr::value("done"))
        .col_expr(Column::Progress, Expr::value(100))
        .col_expr(Column::WindowFrom, Expr::value(finished.window.map(|window| window.0)))
        .col_expr(Column::WindowTo, Expr::value(finished.window.map(|window| window.1)))
        .col_expr(Column::Orders, Expr::value(big(finished.orders)))
        .col_expr(Column::Customers, Expr::value(big(finished.customers)))
        .col_expr(Column::Items, Expr::value(big(finished.items)))
        .col_expr(Column::Parameters, Expr::value(finished.parameters.clone()))
        .col_expr(Column::Metrics, Expr::value(finished.metrics.clone()))
        .col_expr(Column::TrainedAt, Expr::value(now))
        .col_expr(Column::ActivatedAt, Expr::value(now))
        .filter(Column::Id.eq(model))
        .filter(Column::Status.eq(ModelStatus::Training))
        .exec(&tx)
        .await?;
    if done.rows_affected == 0 {
        // Another training took its place; the one that was active stays.
        return Ok(false);
    }
    let oldest = recommendation_model::Entity::find()
        .select_only()
        .column(Column::Version)
        .filter(Column::Status.is_in([ModelStatus::Retired, ModelStatus::Failed]))
        .order_by_desc(Column::Version)
        .offset(KEPT)
        .limit(1)
        .into_tuple::<i32>()
        .one(&tx)
        .await?;
    if let Some(oldest) = oldest {
        recommendation_model::Entity::delete_many()
            .filter(Column::Status.is_in([ModelStatus::Retired, ModelStatus::Failed]))
            .filter(Column::Version.lte(oldest))
            .exec(&tx)
            .await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// Notes that a model could not be made.
///
/// # Errors
/// Those of the database.
pub(in crate::recommendation) async fn fail(app: &App, model: RecommendationModelId, why: &str) -> Result<()> {
    use recommendation_model::Column;
    retry_conflicts(Fault::db, || async {
        let tx = app.db.begin().await?;
        recommendation_model::Entity::update_many()
            .col_expr(Column::Status, Expr::value("failed"))
            .col_expr(Column::Failure, Expr::value(why))
            .filter(Column::Id.eq(model))
            .filter(Column::Status.eq(ModelStatus::Training))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}
