//! `category`: a node of the category tree.

use sea_orm::entity::prelude::*;

use crate::CategoryId;

/// A row of `category`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "category")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CategoryId,
    /// The node above; none at the root.
    pub parent_id: Option<CategoryId>,
    /// Unique name in addresses.
    pub slug: String,
    /// Name for people.
    pub name: String,
    /// Plain text.
    #[sea_orm(column_type = "Text")]
    pub description: String,
    /// Order among its siblings.
    pub position: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
