//! `order_line`: what was sold, as it was called and priced on the day.

use sea_orm::entity::prelude::*;

use crate::{OrderId, OrderLineId, VariantId};

/// A row of `order_line`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_line")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrderLineId,
    /// The order.
    pub order_id: OrderId,
    /// The variant, while it exists.
    pub variant_id: Option<VariantId>,
    /// SKU on the day.
    pub sku: String,
    /// Name on the day.
    pub name: String,
    /// Units, at least 1.
    pub quantity: i32,
    /// Price of one, minor units.
    pub unit_price: i64,
    /// Discount on the line, minor units.
    pub discount_total: i64,
    /// Tax rate in basis points.
    pub tax_rate_bp: i32,
    /// Tax on the line, minor units.
    pub tax_total: i64,
    /// quantity x unit_price - discount_total, minor units.
    pub total: i64,
    /// Order in the order.
    pub position: i32,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
