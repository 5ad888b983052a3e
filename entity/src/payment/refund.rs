//! `refund`: money given back. Its key is the idempotency key at the gateway.

use sea_orm::entity::prelude::*;

use crate::{OrderId, PaymentId, RefundId};

/// Where a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    /// Asked for; the gateway has not answered for good.
    #[sea_orm(string_value = "pending")]
    Pending,
    /// The money is on its way back.
    #[sea_orm(string_value = "succeeded")]
    Succeeded,
    /// Refused: the money stays.
    #[sea_orm(string_value = "failed")]
    Failed,
}

/// Units of an order line that a refund is for.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RefundLine {
    /// The line of the order.
    pub order_line: crate::OrderLineId,
    /// Units, at least 1.
    pub quantity: i32,
    /// Whether they go back into stock.
    pub restock: bool,
    /// Units that went back into stock with this refund: those of one that does not arrive stay there.
    #[serde(default)]
    pub restocked: i32,
}

/// What a refund is for.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, FromJsonQueryResult)]
pub struct RefundLines {
    /// Lines of the order.
    pub lines: Vec<RefundLine>,
    /// Whether it is for the delivery too.
    pub shipping: bool,
}

/// A row of `refund`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "refund")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RefundId,
    /// The payment that it goes back to.
    pub payment_id: PaymentId,
    /// The order; none when the payment paid no order.
    pub order_id: Option<OrderId>,
    /// Minor units, more than 0.
    pub amount: i64,
    /// ISO 4217.
    pub currency_code: String,
    /// Where it stands.
    pub status: RefundStatus,
    /// Why, for people.
    pub reason: Option<String>,
    /// The gateway's own id, unique for the payment.
    pub gateway_reference: Option<String>,
    /// Why it failed, as the gateway says.
    pub failure: Option<String>,
    /// What it is for; nothing when it is for an amount.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub lines: Option<RefundLines>,
    /// Who asked: `staff:<id>`, `system`, or `gateway` when it was made there.
    pub requested_by: String,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When it last changed.
    pub updated_at: DateTimeUtc,
}

impl Model {
    /// Whether the gateway has taken it on: the money is on its way back.
    pub fn is_accepted(&self) -> bool {
        match self.status {
            RefundStatus::Succeeded => true,
            RefundStatus::Pending => self.gateway_reference.is_some(),
            RefundStatus::Failed => false,
        }
    }
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
