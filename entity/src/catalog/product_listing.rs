//! `product_listing`: a product in a channel: whether it shows there, and what lists sort by.

use sea_orm::entity::prelude::*;

use crate::{ChannelId, ProductId};

/// A row of `product_listing`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "product_listing")]
pub struct Model {
    /// The product.
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: ProductId,
    /// The channel.
    #[sea_orm(primary_key, auto_increment = false)]
    pub channel_id: ChannelId,
    /// Whether shoppers see it.
    pub published: bool,
    /// Lowest price of a variant, minor units; none without a price.
    pub min_price: Option<i64>,
    /// Highest price of a variant, minor units.
    pub max_price: Option<i64>,
    /// Units sold, for BEST_SELLING.
    pub units_sold: i64,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
