//! `media`: a picture of a product.

use sea_orm::entity::prelude::*;

use crate::{MediaId, ProductId, VariantId};

/// A row of `media`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "media")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MediaId,
    /// The product.
    pub product_id: ProductId,
    /// The variant it shows, if it shows one.
    pub variant_id: Option<VariantId>,
    /// Absolute address, or a path under `/media/`.
    #[sea_orm(column_type = "Text")]
    pub url: String,
    /// What it shows, for people who do not see it.
    pub alt: String,
    /// Pixels, when known.
    pub width: Option<i32>,
    /// Pixels, when known.
    pub height: Option<i32>,
    /// Order in the product.
    pub position: i32,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
