//! `channel`: a market: one currency, its countries, its tax mode.

use sea_orm::entity::prelude::*;

use crate::ChannelId;

/// ISO 3166-1 alpha-2 codes.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, FromJsonQueryResult)]
pub struct Countries(pub Vec<String>);

/// A row of `channel`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "channel")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ChannelId,
    /// Unique name, sent as `X-Channel`.
    pub slug: String,
    /// Name for people.
    pub name: String,
    /// ISO 4217, upper case. All prices of the channel are in it.
    pub currency_code: String,
    /// Whether prices include tax.
    pub tax_included: bool,
    /// ISO 3166-1 alpha-2, used for tax until an address is known.
    pub default_country: String,
    /// Countries it sells to.
    #[sea_orm(column_type = "JsonBinary")]
    pub countries: Countries,
    /// Whether it answers when no channel is named. Exactly one is.
    pub is_default: bool,
    /// When the row was made.
    pub created_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
