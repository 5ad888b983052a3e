//! `merchandising_rule`: what staff wants to stand where in the answers to some searches.

use sea_orm::entity::prelude::*;

use crate::{CategoryId, ChannelId, CollectionId, MerchandisingRuleId, ProductId};

/// Which searches a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum RuleScope {
    /// The query is this one.
    #[sea_orm(string_value = "query_exact")]
    QueryExact,
    /// The words stand in the query, in a row.
    #[sea_orm(string_value = "query_contains")]
    QueryContains,
    /// The category is browsed, without words.
    #[sea_orm(string_value = "category")]
    Category,
    /// The collection is browsed, without words.
    #[sea_orm(string_value = "collection")]
    Collection,
}

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum RuleAction {
    /// Puts a product at a position.
    #[sea_orm(string_value = "pin")]
    Pin,
    /// Lifts hits.
    #[sea_orm(string_value = "boost")]
    Boost,
    /// Lowers hits.
    #[sea_orm(string_value = "bury")]
    Bury,
    /// Sends the shopper elsewhere.
    #[sea_orm(string_value = "redirect")]
    Redirect,
}

/// What a rule pins, boosts or buries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum RuleTarget {
    /// A product.
    #[sea_orm(string_value = "product")]
    Product,
    /// All of a brand.
    #[sea_orm(string_value = "brand")]
    Brand,
    /// All of a category and of those below it.
    #[sea_orm(string_value = "category")]
    Category,
    /// All with a value of an attribute.
    #[sea_orm(string_value = "attribute")]
    Attribute,
}

/// A row of `merchandising_rule`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "merchandising_rule")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MerchandisingRuleId,
    /// The channel that it counts in.
    pub channel_id: ChannelId,
    /// Name for staff.
    pub name: String,
    /// Which searches it is about.
    pub scope: RuleScope,
    /// The query, as it is compared.
    pub query: Option<String>,
    /// The category that is browsed.
    pub category_id: Option<CategoryId>,
    /// The collection that is browsed.
    pub collection_id: Option<CollectionId>,
    /// What it does.
    pub action: RuleAction,
    /// Where a pinned product stands, from 1.
    pub position: Option<i32>,
    /// By how much is boosted or buried.
    pub percent: Option<i32>,
    /// Where the shopper is sent.
    pub redirect: Option<String>,
    /// What is pinned, boosted or buried.
    pub target: Option<RuleTarget>,
    /// The product.
    pub target_product_id: Option<ProductId>,
    /// The category, with those below it.
    pub target_category_id: Option<CategoryId>,
    /// The attribute.
    pub target_key: Option<String>,
    /// The brand, or the value of the attribute.
    pub target_value: Option<String>,
    /// Of two rules that want the same, the one with the larger number counts.
    pub priority: i32,
    /// Whether it counts at all.
    pub enabled: bool,
    /// From when on; none from the beginning.
    pub starts_at: Option<DateTimeUtc>,
    /// Until when; none for ever.
    pub ends_at: Option<DateTimeUtc>,
    /// Counts changes.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When it last changed.
    pub updated_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
