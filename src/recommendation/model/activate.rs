//! Another version is recommended by: back to an older one, or forward again.

use entity::RecommendationModelId;
use entity::recommendation::recommendation_model::{Column, Entity, ModelStatus};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::platform::error::{Fault, Result};
use crate::platform::locale::{Message, message};
use crate::recommendation::memory::reload;
use crate::recommendation::model::finish::retire;
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

/// Makes `model` the active version and retires the one that was, in one step. With `hold` it stays until staff says
/// otherwise, whatever the schedule and the look for drift want. Of the version that is active already, only that changes.
///
/// # Errors
/// See [`ActivateError`]; nothing is changed then.
pub async fn activate(app: &App, actor: &Actor, model: RecommendationModelId, hold: bool) -> Result<(), ActivateError> {
    let tx = app.db.begin().await?;
    let row = Entity::find_by_id(model).one(&tx).await?;
    let row = row.ok_or(ActivateError::NotFound)?;
    match row.status {
        ModelStatus::Active if row.held == hold => return Ok(()),
        ModelStatus::Training | ModelStatus::Failed => return Err(ActivateError::Unfinished),
        ModelStatus::Active | ModelStatus::Retired => {}
    }
    let before = active(&tx).await?;
    if row.status == ModelStatus::Retired {
        retire(&tx).await?;
    }
    let mut change = Entity::update_many()
        .col_expr(Column::Status, Expr::value("active"))
        .col_expr(Column::Held, Expr::value(hold))
        .filter(Column::Id.eq(model))
        .filter(Column::Status.eq(row.status));
    if row.status == ModelStatus::Retired {
        change = change.col_expr(Column::ActivatedAt, Expr::value(app.clock.now()));
    }
    // Deleted meanwhile: without it, none would be active.
    if change.exec(&tx).await?.rows_affected == 0 {
        return Err(ActivateError::NotFound);
    }
    let told = |version: Option<i32>, held: bool| json!({ "activeVersion": version, "held": held });
    let entry = Entry::new("recommendationModelActivate", "RecommendationModel", model)
        .before(&told(
            before.as_ref().map(|row| row.version),
            before.is_some_and(|row| row.held),
        ))?
        .after(&told(Some(row.version), hold))?;
    audit::record(&tx, app, actor, entry).await?;
    tx.commit().await?;
    reload(app).await;
    Ok(())
}
