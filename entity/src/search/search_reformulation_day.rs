//! `search_reformulation_day`: in how many visits of a day one word was given up for another.

use sea_orm::entity::prelude::*;

use crate::ChannelId;

/// A row of `search_reformulation_day`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "search_reformulation_day")]
pub struct Model {
    /// The channel.
    #[sea_orm(primary_key, auto_increment = false)]
    pub channel_id: ChannelId,
    /// Days since 1970-01-01, UTC.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: i32,
    /// The words that led to nothing.
    #[sea_orm(primary_key, auto_increment = false)]
    pub given_up: String,
    /// The words that led to a click.
    #[sea_orm(primary_key, auto_increment = false)]
    pub found_by: String,
    /// Visits.
    pub sessions: i64,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
