//! `search_query_day`: what was counted of a query on a day.

use sea_orm::entity::prelude::*;

use crate::ChannelId;

/// A row of `search_query_day`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "search_query_day")]
pub struct Model {
    /// The channel.
    #[sea_orm(primary_key, auto_increment = false)]
    pub channel_id: ChannelId,
    /// Days since 1970-01-01, UTC.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: i32,
    /// The query, as it is compared.
    #[sea_orm(primary_key, auto_increment = false)]
    pub query: String,
    /// Searches, without later pages.
    pub searches: i64,
    /// Visits that it was looked for in.
    pub sessions: i64,
    /// Searches that the database answered.
    pub degraded: i64,
    /// Searches without a hit.
    pub empty: i64,
    /// Searches of which a hit was opened.
    pub clicked: i64,
    /// Hits that were opened.
    pub clicks: i64,
    /// Opened hits whose position is known.
    pub placed: i64,
    /// Sum of their positions.
    pub places: i64,
    /// Hits that were put into a cart.
    pub carts: i64,
    /// Hits that were bought.
    pub orders: i64,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
