//! `product_tag`: the tags of a product.

use sea_orm::entity::prelude::*;

use crate::ProductId;

/// A row of `product_tag`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "product_tag")]
pub struct Model {
    /// The product.
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: ProductId,
    /// The tag as written.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tag: String,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
