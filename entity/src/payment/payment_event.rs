//! `payment_event`: the history of a payment. Rows are only added.

use sea_orm::entity::prelude::*;

use crate::{PaymentEventId, PaymentId};

/// A row of `payment_event`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "payment_event")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PaymentEventId,
    /// The payment.
    pub payment_id: PaymentId,
    /// What happened: `started`, `succeeded`, ...
    pub kind: String,
    /// Minor units.
    pub amount: i64,
    /// Details from the gateway.
    pub message: Option<String>,
    /// When it happened.
    pub created_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
