//! `variant_price`: the price of a variant in a channel.

use sea_orm::entity::prelude::*;

use crate::{ChannelId, VariantId};

/// A row of `variant_price`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "variant_price")]
pub struct Model {
    /// The variant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub variant_id: VariantId,
    /// The channel, in whose currency it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub channel_id: ChannelId,
    /// Price in minor units, at least 0.
    pub amount: i64,
    /// Former price in minor units, shown struck out.
    pub compare_at: Option<i64>,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
