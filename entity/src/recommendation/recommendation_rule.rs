//! `recommendation_rule`: what staff wants shown, or not, whatever models say.

use sea_orm::entity::prelude::*;

use crate::{CategoryId, ChannelId, ProductId, RecommendationRuleId};

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum RuleAction {
    /// Shows a product at a place.
    #[sea_orm(string_value = "pin")]
    Pin,
    /// Never shows it.
    #[sea_orm(string_value = "exclude")]
    Exclude,
    /// Makes its score so many percent higher, or lower.
    #[sea_orm(string_value = "boost")]
    Boost,
}

/// A row of `recommendation_rule`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, serde::Serialize)]
#[sea_orm(table_name = "recommendation_rule")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RecommendationRuleId,
    /// What it does.
    pub action: RuleAction,
    /// The intent that it is for: `related`, …; every one when none.
    pub intent: Option<String>,
    /// The category of the product that things are recommended for, or one above it; every one when none.
    pub category_id: Option<CategoryId>,
    /// The channel that it is for; every one when none.
    pub channel_id: Option<ChannelId>,
    /// The product that it is about. CHECK: this or the category.
    pub product_id: Option<ProductId>,
    /// The category of products that it is about, with all below it.
    pub target_category_id: Option<CategoryId>,
    /// Where a pinned product stands, from 1.
    pub position: Option<i32>,
    /// Percent of a boost, -100 to 1000.
    pub percent: Option<i32>,
    /// From when on it counts.
    pub starts_at: Option<DateTimeUtc>,
    /// Until when it counts.
    pub ends_at: Option<DateTimeUtc>,
    /// Why, for colleagues.
    #[sea_orm(column_type = "Text")]
    pub note: String,
    /// Counts changes.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// When it was changed.
    pub updated_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
