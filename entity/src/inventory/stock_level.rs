//! `stock_level`: how much of a variant a location holds. CHECK: 0 <= reserved + allocated <= on_hand.

use sea_orm::entity::prelude::*;

use crate::{LocationId, VariantId};

/// A row of `stock_level`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "stock_level")]
pub struct Model {
    /// The variant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub variant_id: VariantId,
    /// The location.
    #[sea_orm(primary_key, auto_increment = false)]
    pub location_id: LocationId,
    /// Units in the building.
    pub on_hand: i64,
    /// Units claimed by running payments.
    pub reserved: i64,
    /// Units sold and not yet sent.
    pub allocated: i64,
    /// When it last changed.
    pub updated_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
