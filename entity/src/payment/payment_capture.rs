//! `payment_capture`: authorised money that is taken. Its key is the idempotency key at the gateway.

use sea_orm::entity::prelude::*;

use crate::{CaptureId, PaymentId};

/// Where a capture stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum CaptureStatus {
    /// Asked for; the gateway has not answered for good.
    #[sea_orm(string_value = "pending")]
    Pending,
    /// The money is there.
    #[sea_orm(string_value = "succeeded")]
    Succeeded,
    /// Refused.
    #[sea_orm(string_value = "failed")]
    Failed,
}

/// A row of `payment_capture`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "payment_capture")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CaptureId,
    /// The payment.
    pub payment_id: PaymentId,
    /// Minor units, more than 0.
    pub amount: i64,
    /// Whether the rest of what was authorised is let go.
    #[sea_orm(column_name = "final")]
    pub is_final: bool,
    /// Where it stands.
    pub status: CaptureStatus,
    /// Why it failed, as the gateway says.
    pub failure: Option<String>,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When it last changed.
    pub updated_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
