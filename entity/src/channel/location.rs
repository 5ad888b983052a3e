//! `location`: a place that holds stock.

use sea_orm::entity::prelude::*;

use crate::LocationId;

/// A row of `location`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "location")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LocationId,
    /// Unique name.
    pub slug: String,
    /// Name for people.
    pub name: String,
    /// ISO 3166-1 alpha-2.
    pub country_code: String,
    /// Whether stock adjustments go here when no location is named. Exactly one is.
    pub is_default: bool,
    /// When the row was made.
    pub created_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
