//! `reconciliation_difference`: what a comparison found and could not settle.

use sea_orm::entity::prelude::*;

use crate::{DifferenceId, PaymentId, ReconciliationId};

/// A row of `reconciliation_difference`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "reconciliation_difference")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DifferenceId,
    /// The comparison that found it first.
    pub reconciliation_id: ReconciliationId,
    /// The gateway.
    pub gateway: String,
    /// Names it as long as it lasts, so that it is there once; none once it is gone.
    pub open_key: Option<String>,
    /// The payment, when it is ours.
    pub payment_id: Option<PaymentId>,
    /// The gateway's id of it.
    pub gateway_reference: Option<String>,
    /// Such as `unknown_payment`, `captured_amount`, `refunded_amount`, `paid_without_order`.
    pub kind: String,
    /// What our books say, minor units.
    pub ours: Option<i64>,
    /// What the gateway says, minor units.
    pub theirs: Option<i64>,
    /// ISO 4217.
    pub currency_code: Option<String>,
    /// Since when it is gone.
    pub resolved_at: Option<DateTimeUtc>,
    /// When it was found.
    pub created_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
