//! `search_lease`: what only one process does at a time.

use sea_orm::entity::prelude::*;

/// A row of `search_lease`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "search_lease")]
pub struct Model {
    /// What it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// Who does it; made up anew each time.
    pub holder: Uuid,
    /// Until when, unless the holder says again that it is there.
    pub until: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
