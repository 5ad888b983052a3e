//! `product`: what a shop shows: a name, a text, and one or more variants to buy.

use sea_orm::entity::prelude::*;

use crate::{CategoryId, ProductId};

/// Whether a product is on sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum ProductStatus {
    /// Not shown yet.
    #[sea_orm(string_value = "draft")]
    Draft,
    /// On sale where it is published.
    #[sea_orm(string_value = "active")]
    Active,
    /// No longer shown.
    #[sea_orm(string_value = "archived")]
    Archived,
}

/// A row of `product`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "product")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProductId,
    /// Unique name in addresses; Shopify's handle.
    pub slug: String,
    /// Name for people.
    pub name: String,
    /// HTML, sanitised by whoever shows it.
    #[sea_orm(column_type = "Text")]
    pub description: String,
    /// Brand or vendor.
    pub brand: Option<String>,
    /// Its place in the category tree.
    pub category_id: Option<CategoryId>,
    /// Whether it is on sale.
    pub status: ProductStatus,
    /// Title for search engines.
    pub seo_title: Option<String>,
    /// Description for search engines.
    pub seo_description: Option<String>,
    /// Counts changes; guards staff updates.
    pub version: i32,
    /// Hash of the last imported rows: an unchanged product is skipped.
    pub content_hash: Option<String>,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When it last changed.
    pub updated_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
