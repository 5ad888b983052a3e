//! `recommendation_item`: a product that a model knows, under a small number.

use sea_orm::entity::prelude::*;

use crate::{ProductId, RecommendationModelId};

/// A row of `recommendation_item`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recommendation_item")]
pub struct Model {
    /// The model.
    #[sea_orm(primary_key, auto_increment = false)]
    pub model_id: RecommendationModelId,
    /// The number, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub place: i32,
    /// The product. It may be gone.
    pub product_id: ProductId,
    /// Orders that held it.
    pub orders: i32,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
