//! Another version is recommended by: back to an older one, or forward again.

use entity::RecommendationModelId;
use entity::recommendation::recommendation_model;
use entity::recommendation::recommendation_model::ModelStatus;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::platform::error::{Fault, Result};
use crate::platform::locale::{Message, message};
use crate::recommendation::model::query::active;

/// Why a version was not made the active one.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum ActivateError {
    /// There is no such version any more.
    NotFound,
    /// It was never finished.
    Unfinished,
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl ActivateError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::NotFound => message!("model-not-found"),
            Self::Unfinished => message!("model-unfinished"),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<sea_orm::DbErr> for ActivateError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Makes `model` the active version and retires the one that was, in one step.
///
/// # Errors
/// See [`ActivateError`]; nothing is changed then.
pub async fn activate(app: &App, actor: &Actor, model: RecommendationModelId) -> Result<(), ActivateError> {
    use recommendation_model::Column;
    let tx = app.db.begin().await?;
    let row = recommendation_model::Entity::find_by_id(model).one(&tx).await?;
    let row = row.ok_or(ActivateError::NotFound)?;
    match row.status {
        ModelStatus::Active => return Ok(()),
        ModelStatus::Training | ModelStatus::Failed => return Err(ActivateError::Unfinished),
        ModelStatus::Retired => {}
    }
    let before = active(&tx).await?;
    recommendation_model::Entity::update_many()
        .col_expr(Column::Status, Expr::value("retired"))
        .filter(Column::Status.eq(ModelStatus::Active))
        .exec(&tx)
        .await?;
    recommendation_model::Entity::update_many()
        .col_expr(Column::Status, Expr::value("active"))
        .col_expr(Column::ActivatedAt, Expr::value(app.clock.now()))
        .filter(Column::Id.eq(model))
        .exec(&tx)
        .await?;
    let entry = Entry::new("recommendationModelActivate", "RecommendationModel", model)
        .before(&json!({ "activeVersion": before.map(|row| row.version) }))?
        .after(&json!({ "activeVersion": row.version }))?;
    audit::record(&tx, app, actor, entry).await?;
    tx.commit().await?;
    app.recommender.forget();
    Ok(())
}
