//! `search_popular`: queries that are suggested, best first.

use sea_orm::entity::prelude::*;

use crate::ChannelId;

/// A row of `search_popular`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "search_popular")]
pub struct Model {
    /// The channel.
    #[sea_orm(primary_key, auto_increment = false)]
    pub channel_id: ChannelId,
    /// Place, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// The query.
    pub query: String,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
