//! `product_vector`: what a model makes of the texts of a product.

use sea_orm::entity::prelude::*;

use crate::ProductId;

/// A row of `product_vector`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_vector")]
pub struct Model {
    /// The product.
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: ProductId,
    /// The model.
    pub model: String,
    /// Hash of the text that it was made of; empty for a vector that somebody gave.
    pub digest: String,
    /// The numbers, 32 bits each, little end first, in base64.
    pub vector: String,
    /// When the vector was made.
    pub updated_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
