//! `cart_line`: a variant in a cart.

use sea_orm::entity::prelude::*;

use crate::{CartId, CartLineId, VariantId};

/// One remark on a line.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, FromJsonQueryResult)]
pub struct LineAttribute {
    /// Name.
    pub key: String,
    /// Text.
    pub value: String,
}

/// Remarks on a line, sorted by key.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, FromJsonQueryResult)]
pub struct LineAttributes(pub Vec<LineAttribute>);

/// A row of `cart_line`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "cart_line")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CartLineId,
    /// The cart.
    pub cart_id: CartId,
    /// The variant.
    pub variant_id: VariantId,
    /// Units, 1 to 9999.
    pub quantity: i32,
    /// What the shopper wrote on the line.
    #[sea_orm(column_type = "JsonBinary")]
    pub attributes: LineAttributes,
    /// The attributes as one text: equal lines merge.
    pub attributes_key: String,
    /// When the row was made.
    pub created_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
