//! `orders`: a sale. CHECK: the parts make the total.

use sea_orm::entity::prelude::*;

use crate::customer::customer::Address;
use crate::{CartId, ChannelId, CustomerId, OrderId};

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Placed.
    #[sea_orm(string_value = "open")]
    Open,
    /// Paid and sent.
    #[sea_orm(string_value = "completed")]
    Completed,
    /// Called off.
    #[sea_orm(string_value = "cancelled")]
    Cancelled,
}

/// What has been paid of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    /// Nothing yet, or under way.
    #[sea_orm(string_value = "pending")]
    Pending,
    /// Promised by the gateway.
    #[sea_orm(string_value = "authorized")]
    Authorized,
    /// A part.
    #[sea_orm(string_value = "partially_paid")]
    PartiallyPaid,
    /// All.
    #[sea_orm(string_value = "paid")]
    Paid,
    /// A part went back.
    #[sea_orm(string_value = "partially_refunded")]
    PartiallyRefunded,
    /// All went back.
    #[sea_orm(string_value = "refunded")]
    Refunded,
}

/// What has been sent of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum FulfillmentState {
    /// Nothing.
    #[sea_orm(string_value = "unfulfilled")]
    Unfulfilled,
    /// A part.
    #[sea_orm(string_value = "partially_fulfilled")]
    PartiallyFulfilled,
    /// All.
    #[sea_orm(string_value = "fulfilled")]
    Fulfilled,
}

/// A row of `orders`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "orders")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrderId,
    /// Unique number for people.
    pub number: String,
    /// The channel.
    pub channel_id: ChannelId,
    /// The cart it came from, unique: a cart becomes one order.
    pub cart_id: Option<CartId>,
    /// The customer, when known.
    pub customer_id: Option<CustomerId>,
    /// Where mail about it goes.
    pub email: Option<String>,
    /// Unguessable: who knows it may read the order.
    pub access_token: String,
    /// Where it stands.
    pub status: OrderStatus,
    /// What has been paid.
    pub payment_status: PaymentState,
    /// What has been sent.
    pub fulfillment_status: FulfillmentState,
    /// ISO 4217.
    pub currency_code: String,
    /// Whether prices include tax.
    pub tax_included: bool,
    /// Sum of the lines before discounts, minor units.
    pub subtotal: i64,
    /// Sum of the discounts, minor units.
    pub discount_total: i64,
    /// Price of the delivery, minor units.
    pub shipping_total: i64,
    /// Tax, minor units; part of the prices when they include it.
    pub tax_total: i64,
    /// What is due, minor units.
    pub total: i64,
    /// What has been paid, minor units.
    pub paid_total: i64,
    /// What went back of it, minor units.
    pub refunded_total: i64,
    /// Where it goes.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub shipping_address: Option<Address>,
    /// Who pays, when different.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub billing_address: Option<Address>,
    /// The way of delivery as it was called.
    pub delivery_name: Option<String>,
    /// Hash of the imported rows; none for an order placed here.
    pub content_hash: Option<String>,
    /// When it was placed.
    pub placed_at: DateTimeUtc,
    /// When the row was made.
    pub created_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
