//! `channel_location`: which locations a channel sells from, first to last.

use sea_orm::entity::prelude::*;

use crate::{ChannelId, LocationId};

/// A row of `channel_location`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "channel_location")]
pub struct Model {
    /// The channel.
    #[sea_orm(primary_key, auto_increment = false)]
    pub channel_id: ChannelId,
    /// The location.
    #[sea_orm(primary_key, auto_increment = false)]
    pub location_id: LocationId,
    /// Lower is taken from first.
    pub priority: i32,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
