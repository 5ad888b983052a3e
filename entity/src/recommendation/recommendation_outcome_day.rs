//! `recommendation_outcome_day`: what came of recommendations on a day.

use sea_orm::entity::prelude::*;

use crate::{ChannelId, ExperimentId};

/// A row of `recommendation_outcome_day`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recommendation_outcome_day")]
pub struct Model {
    /// The channel.
    #[sea_orm(primary_key, auto_increment = false)]
    pub channel_id: ChannelId,
    /// Days since 1970-01-01, UTC.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: i32,
    /// Where they stood and what for, such as `product.related`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub surface: String,
    /// What found them.
    #[sea_orm(primary_key, auto_increment = false)]
    pub strategy: String,
    /// The experiment that they were part of; the id of zeros for none.
    #[sea_orm(primary_key, auto_increment = false)]
    pub experiment_id: ExperimentId,
    /// The arm of the experiment; empty for none.
    #[sea_orm(primary_key, auto_increment = false)]
    pub arm: String,
    /// Products that were chosen.
    pub clicks: i64,
    /// Products that were put into a cart.
    pub adds: i64,
    /// Orders with such a product.
    pub orders: i64,
    /// What these products cost in them, minor units.
    pub revenue: i64,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
