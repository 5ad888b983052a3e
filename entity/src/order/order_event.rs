//! `order_event`: the history of an order. Rows are only added.

use sea_orm::entity::prelude::*;

use crate::{OrderEventId, OrderId};

/// A row of `order_event`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_event")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrderEventId,
    /// The order.
    pub order_id: OrderId,
    /// What happened, in capitals: `PLACED`, `PAYMENT_CAPTURED`, ...
    pub kind: String,
    /// The same for people.
    #[sea_orm(column_type = "Text")]
    pub message: String,
    /// Who did it: `customer`, `staff`, `system`, `import`.
    pub actor: String,
    /// When it happened.
    pub created_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
