//! `recommendation_neighbours`: what an item speaks for, packed, the strongest first.

use sea_orm::entity::prelude::*;

use crate::RecommendationModelId;

/// What makes items neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
pub enum NeighbourKind {
    /// Customers who bought both.
    #[sea_orm(string_value = "customers")]
    Customers,
    /// Orders that held both.
    #[sea_orm(string_value = "baskets")]
    Baskets,
    /// Orders that held both, counted.
    #[sea_orm(string_value = "pairs")]
    Pairs,
    /// What is written about them.
    #[sea_orm(string_value = "content")]
    Content,
    /// Visits that looked at both.
    #[sea_orm(string_value = "views")]
    Views,
}

/// A row of `recommendation_neighbours`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recommendation_neighbours")]
pub struct Model {
    /// The model.
    #[sea_orm(primary_key, auto_increment = false)]
    pub model_id: RecommendationModelId,
    /// What makes them neighbours.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: NeighbourKind,
    /// The number of the item.
    #[sea_orm(primary_key, auto_increment = false)]
    pub place: i32,
    /// The neighbours, 12 bytes each, little-endian: the number of the item, how often they are together (0 when nobody
    /// counted), and the score as a 32-bit float.
    pub packed: Vec<u8>,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
