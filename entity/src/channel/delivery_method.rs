//! `delivery_method`: a way of delivery that a channel offers.

use sea_orm::entity::prelude::*;

use crate::channel::channel::Countries;
use crate::{ChannelId, DeliveryMethodId};

/// One step of a price list by weight.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, FromJsonQueryResult)]
pub struct DeliveryRate {
    /// Heaviest parcel of this step in grams; none means any.
    pub up_to_grams: Option<i64>,
    /// Price in minor units, at least 0.
    pub price: i64,
}

/// Steps by weight, lightest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, FromJsonQueryResult)]
pub struct DeliveryRates(pub Vec<DeliveryRate>);

/// A row of `delivery_method`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery_method")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeliveryMethodId,
    /// The channel, in whose currency the prices are.
    pub channel_id: ChannelId,
    /// Name for people.
    pub name: String,
    /// Countries it reaches; empty means all of the channel.
    #[sea_orm(column_type = "JsonBinary")]
    pub countries: Countries,
    /// Price by weight, lightest first; one rate without a limit is a flat price.
    #[sea_orm(column_type = "JsonBinary")]
    pub rates: DeliveryRates,
    /// Fewest days on the way.
    pub min_days: i32,
    /// Most days on the way.
    pub max_days: i32,
    /// Order in lists.
    pub position: i32,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
