//! `stock_movement`: ledger of every change of stock. Rows are only added.

use sea_orm::entity::prelude::*;

use crate::{LocationId, StockMovementId, VariantId};

/// What moved stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum MovementKind {
    /// Staff counted or corrected.
    #[sea_orm(string_value = "adjustment")]
    Adjustment,
    /// A file brought it.
    #[sea_orm(string_value = "import")]
    Import,
    /// A reservation became an order.
    #[sea_orm(string_value = "allocation")]
    Allocation,
    /// An order gave it back.
    #[sea_orm(string_value = "restock")]
    Restock,
    /// It left the building.
    #[sea_orm(string_value = "shipment")]
    Shipment,
}

/// A row of `stock_movement`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "stock_movement")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StockMovementId,
    /// The variant.
    pub variant_id: VariantId,
    /// The location.
    pub location_id: LocationId,
    /// What happened.
    pub kind: MovementKind,
    /// Units moved; the sign is that of the change.
    pub quantity: i64,
    /// Why, in the words of the actor.
    pub reason: Option<String>,
    /// Id of the document behind it.
    pub reference: Option<String>,
    /// When it happened.
    pub created_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
