//! `dispute`: a payment that the shopper's bank disputes.

use sea_orm::entity::prelude::*;

use crate::{DisputeId, OrderId, PaymentId};

/// Where a dispute stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum DisputeStatus {
    /// Evidence is awaited.
    #[sea_orm(string_value = "needs_response")]
    NeedsResponse,
    /// The bank looks at the evidence.
    #[sea_orm(string_value = "under_review")]
    UnderReview,
    /// The money stays, or came back.
    #[sea_orm(string_value = "won")]
    Won,
    /// The money is gone.
    #[sea_orm(string_value = "lost")]
    Lost,
    /// It ended without money moving, for example an inquiry.
    #[sea_orm(string_value = "closed")]
    Closed,
}

/// A row of `dispute`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "dispute")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DisputeId,
    /// The payment.
    pub payment_id: PaymentId,
    /// The order, when the payment paid one.
    pub order_id: Option<OrderId>,
    /// `test` or `stripe`.
    pub gateway: String,
    /// The gateway's own id, unique there.
    pub gateway_reference: String,
    /// What is disputed, minor units.
    pub amount: i64,
    /// What the gateway has taken back for it, minor units; 0 again once it is won.
    pub withdrawn_amount: i64,
    /// What the gateway keeps for its work on it, minor units.
    pub fee_amount: i64,
    /// ISO 4217.
    pub currency_code: String,
    /// Why, in the words of the gateway: `fraudulent`, `product_not_received`, ...
    pub reason: String,
    /// Where it stands.
    pub status: DisputeStatus,
    /// Until when evidence can be given.
    pub due_by: Option<DateTimeUtc>,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When it last changed.
    pub updated_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
