//! `payment`: money asked of a gateway for a cart.

use sea_orm::entity::prelude::*;

use crate::payment::payment_method::MethodDetails;
use crate::{CartId, CustomerId, OrderId, PaymentId, PaymentMethodId};

/// Where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// Asked for; the gateway has not answered for good.
    #[sea_orm(string_value = "pending")]
    Pending,
    /// The shopper must do something, such as 3-D Secure.
    #[sea_orm(string_value = "requires_action")]
    RequiresAction,
    /// The money is promised and can be captured.
    #[sea_orm(string_value = "authorized")]
    Authorized,
    /// The money is there.
    #[sea_orm(string_value = "succeeded")]
    Succeeded,
    /// Refused.
    #[sea_orm(string_value = "failed")]
    Failed,
    /// Called off.
    #[sea_orm(string_value = "cancelled")]
    Cancelled,
}

/// When the money is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum CaptureMethod {
    /// At once.
    #[sea_orm(string_value = "automatic")]
    Automatic,
    /// When staff says so; until then it is only authorised.
    #[sea_orm(string_value = "manual")]
    Manual,
}

/// What the shopper must do next.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, FromJsonQueryResult)]
pub struct NextAction {
    /// For example `redirect`.
    pub kind: String,
    /// What the gateway's script needs.
    pub client_secret: Option<String>,
    /// Where to send the browser.
    pub url: Option<String>,
}

/// A row of `payment`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "payment")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PaymentId,
    /// The cart it pays.
    pub cart_id: CartId,
    /// The order it paid, once there is one.
    pub order_id: Option<OrderId>,
    /// `test`, `stripe` or `gift_card`.
    pub gateway: String,
    /// The gateway's own id, unique there.
    pub gateway_reference: Option<String>,
    /// What the client gave for the means of payment.
    pub token: Option<String>,
    /// Minor units, at least 0.
    pub amount: i64,
    /// ISO 4217.
    pub currency_code: String,
    /// What the cart cost when the payment was started, minor units: more than `amount` when others pay a part of it.
    pub cart_total: i64,
    /// Where it stands.
    pub status: PaymentStatus,
    /// What the shopper must do next.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub next_action: Option<NextAction>,
    /// Why it failed, as the gateway says.
    pub failure: Option<String>,
    /// When the money is taken.
    pub capture_method: CaptureMethod,
    /// What can still be captured, minor units.
    pub authorized_amount: i64,
    /// What was captured, minor units.
    pub captured_amount: i64,
    /// Captures under way, minor units.
    pub capturing_amount: i64,
    /// What went back, minor units; at most what was captured.
    pub refunded_amount: i64,
    /// Refunds under way, minor units.
    pub refunding_amount: i64,
    /// What banks hold back for disputes, minor units.
    pub disputed_amount: i64,
    /// What the gateway keeps for its work, without that on disputes, minor units.
    pub fee_amount: i64,
    /// The customer who signed in to pay.
    pub customer_id: Option<CustomerId>,
    /// The kept means of payment that it uses.
    pub payment_method_id: Option<PaymentMethodId>,
    /// Whether the customer wants the means of payment kept.
    pub save_method: bool,
    /// What may be shown of the means of payment.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub method: Option<MethodDetails>,
    /// When the gateway was last asked about it.
    pub checked_at: Option<DateTimeUtc>,
    /// Counts the changes of the row.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When it last changed.
    pub updated_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
