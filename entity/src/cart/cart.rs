//! `cart`: what somebody is about to buy.

use sea_orm::entity::prelude::*;

use crate::customer::customer::Address;
use crate::{CartId, ChannelId, CustomerId, DeliveryMethodId};

/// Whether a cart can still change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum CartStatus {
    /// It can.
    #[sea_orm(string_value = "open")]
    Open,
    /// It became an order.
    #[sea_orm(string_value = "completed")]
    Completed,
}

/// A row of `cart`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "cart")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CartId,
    /// SHA-256 of the cart token in hex: who knows the token owns the cart.
    pub token_hash: String,
    /// The channel.
    pub channel_id: ChannelId,
    /// Where the confirmation goes.
    pub email: Option<String>,
    /// Where it goes.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub shipping_address: Option<Address>,
    /// Who pays, when different.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub billing_address: Option<Address>,
    /// The chosen way of delivery.
    pub delivery_method_id: Option<DeliveryMethodId>,
    /// Whether it can still change.
    pub status: CartStatus,
    /// Counts changes.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When it last changed.
    pub updated_at: DateTimeUtc,
    /// Whoever had signed in when they used it last.
    pub customer_id: Option<CustomerId>,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
