//! `allocation`: stock that an order line has bought and that is not yet sent.

use sea_orm::entity::prelude::*;

use crate::{LocationId, OrderLineId, VariantId};

/// A row of `allocation`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "allocation")]
pub struct Model {
    /// The order line.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_line_id: OrderLineId,
    /// The location.
    #[sea_orm(primary_key, auto_increment = false)]
    pub location_id: LocationId,
    /// The variant.
    pub variant_id: VariantId,
    /// Units, at least 1.
    pub quantity: i64,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
