//! Reads of models.

use std::collections::HashMap;

use entity::RecommendationModelId;
use entity::recommendation::recommendation_model;
use entity::recommendation::recommendation_model::ModelStatus;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::platform::db::{Db, any_of};
use crate::platform::error::Result;

/// A version of what is recommended.
pub type RecommendationModel = recommendation_model::Model;

/// The version that is recommended by.
///
/// # Errors
/// Those of the database.
pub async fn active(db: &impl ConnectionTrait) -> Result<Option<RecommendationModel>> {
    Ok(recommendation_model::Entity::find()
        .filter(recommendation_model::Column::Status.eq(ModelStatus::Active))
        .one(db)
        .await?)
}

/// All versions, the latest first. Only some are kept.
///
/// # Errors
/// Those of the database.
pub async fn models(db: &impl ConnectionTrait) -> Result<Vec<RecommendationModel>> {
    Ok(recommendation_model::Entity::find()
        .order_by_desc(recommendation_model::Column::Version)
        .all(db)
        .await?)
}

/// Versions by key.
///
/// # Errors
/// Those of the database.
pub async fn models_by_ids(
    db: &Db,
    ids: &[RecommendationModelId],
) -> Result<HashMap<RecommendationModelId, RecommendationModel>> {
    let rows = recommendation_model::Entity::find()
        .filter(any_of(db, recommendation_model::Column::Id, ids))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}
