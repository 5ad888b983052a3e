//! `collection`: a hand-made set of products.

use sea_orm::entity::prelude::*;

use crate::CollectionId;

/// A row of `collection`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "collection")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CollectionId,
    /// Unique name in addresses.
    pub slug: String,
    /// Name for people.
    pub name: String,
    /// Plain text.
    #[sea_orm(column_type = "Text")]
    pub description: String,
    /// When the row was made.
    pub created_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
