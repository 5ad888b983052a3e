//! `search_position_day`: how many hits were opened at a position on a day.

use sea_orm::entity::prelude::*;

use crate::ChannelId;

/// A row of `search_position_day`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "search_position_day")]
pub struct Model {
    /// The channel.
    #[sea_orm(primary_key, auto_increment = false)]
    pub channel_id: ChannelId,
    /// Days since 1970-01-01, UTC.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: i32,
    /// The position, from 1; those from 101 on count as 101.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// Hits that were opened.
    pub clicks: i64,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
