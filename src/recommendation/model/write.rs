//! What is written of a model while it is made.

use entity::recommendation::recommendation_model::{Column, ModelStatus};
use entity::recommendation::recommendation_neighbours::NeighbourKind;
use entity::recommendation::{recommendation_item, recommendation_model, recommendation_neighbours};
use entity::{ProductId, RecommendationModelId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, UpdateMany};

use crate::app::App;
use crate::platform::db::{Tx, insert_all, retry_conflicts};
use crate::platform::error::{Fault, Result};
use crate::recommendation::model::learn::Learned;
use crate::recommendation::model::packed::{Neighbour, pack};

/// Rows in one transaction: others write too.
const ROWS: usize = 1_000;
/// What an attempt is told that another one took over from.
const LOST: &str = "another attempt took over, or the model is not to be made any more";

/// An attempt to make a model. Only the last one that began may write: a job may run twice, and the process that the first
/// run started may still be at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The model.
    pub model: RecommendationModelId,
    /// The number of the attempt.
    pub number: i64,
}

impl Attempt {
    /// Takes hold of the model for a transaction: nobody else writes it, or takes it over, before that ends.
    pub(super) async fn hold(self, tx: &Tx) -> Result<()> {
        let held = self.update().col_expr(Column::Attempt, Expr::value(self.number));
        match held.exec(tx).await?.rows_affected {
            0 => Err(Fault::part("training", LOST)),
            _ => Ok(()),
        }
    }

    /// An update of the model while this attempt may write.
    pub(super) fn update(self) -> UpdateMany<recommendation_model::Entity> {
        recommendation_model::Entity::update_many()
            .filter(Column::Id.eq(self.model))
            .filter(Column::Status.eq(ModelStatus::Training))
            .filter(Column::Attempt.eq(self.number))
    }
}

/// Begins an attempt to make `model`: from now on earlier ones write nothing. None when it is not to be made any more.
///
/// # Errors
/// Those of the database.
pub async fn attempt(app: &App, model: RecommendationModelId) -> Result<Option<Attempt>> {
    retry_conflicts(Fault::db, || async {
        let tx = app.db.begin().await?;
        let begun = recommendation_model::Entity::update_many()
            .col_expr(Column::Attempt, Expr::col(Column::Attempt).add(1))
            .filter(Column::Id.eq(model))
            .filter(Column::Status.eq(ModelStatus::Training))
            .exec(&tx)
            .await?;
        if begun.rows_affected == 0 {
            return Ok(None);
        }
        let row = recommendation_model::Entity::find_by_id(model).one(&tx).await?;
        tx.commit().await?;
        Ok(row.map(|row| Attempt {
            model,
            number: row.attempt,
        }))
    })
    .await
}

/// Notes what is being done.
///
/// # Errors
/// Those of the database; when another attempt took over.
pub(in crate::recommendation) async fn stage(app: &App, attempt: Attempt, stage: &str, progress: i32) -> Result<()> {
    retry_conflicts(Fault::db, || async {
        let tx = app.db.begin().await?;
        attempt.hold(&tx).await?;
        attempt
            .update()
            .col_expr(Column::Stage, Expr::value(stage))
            .col_expr(Column::Progress, Expr::value(progress))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}

/// Writes what a model knows. Nobody sees it before the model is active; what an earlier attempt left goes first.
///
/// # Errors
/// Those of the database; when another attempt took over.
pub(in crate::recommendation) async fn knowledge(
    app: &App,
    attempt: Attempt,
    products: &[ProductId],
    learned: &Learned,
) -> Result<()> {
    let model = attempt.model;
    let tx = app.db.begin().await?;
    attempt.hold(&tx).await?;
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
            neighbours(app, attempt, *kind, page).await?;
        }
    }
    Ok(())
}

async fn neighbours(app: &App, attempt: Attempt, kind: NeighbourKind, page: &[(usize, &Vec<Neighbour>)]) -> Result<()> {
    let tx = app.db.begin().await?;
    attempt.hold(&tx).await?;
    let row = |(place, row): &(usize, &Vec<_>)| {
        let row = recommendation_neighbours::Model {
            model_id: attempt.model,
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

/// Notes that a model could not be made, unless another attempt took over.
///
/// # Errors
/// Those of the database.
pub(in crate::recommendation) async fn fail(app: &App, attempt: Attempt, why: &str) -> Result<()> {
    retry_conflicts(Fault::db, || async {
        let tx = app.db.begin().await?;
        attempt
            .update()
            .col_expr(Column::Status, Expr::value("failed"))
            .col_expr(Column::Failure, Expr::value(why))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}
