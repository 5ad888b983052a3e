//! `search_day`: a day whose searches are counted.

use sea_orm::entity::prelude::*;

/// A row of `search_day`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "search_day")]
pub struct Model {
    /// Days since 1970-01-01, UTC.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: i32,
    /// Counts what was written of the day.
    pub written: i64,
    /// How much of that had been written when the day was counted last.
    pub counted: i64,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
