//! `visit_key`: the key that names of visits are hashed with. One row, made by the migration.

use sea_orm::entity::prelude::*;

/// A row of `visit_key`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "visit_key")]
pub struct Model {
    /// Primary key: 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// Random, 256 bits in hex.
    pub secret: String,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
