//! `recommendation_export`: a file of the exchange that tells what people did.

use sea_orm::entity::prelude::*;

/// A row of `recommendation_export`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recommendation_export")]
pub struct Model {
    /// Where it lies in the private part of the object store.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// Whether it must go: somebody was erased since it was begun.
    pub void: bool,
    /// When it was begun.
    pub at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
