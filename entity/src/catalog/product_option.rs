//! `product_option`: an option of a product with its values, such as colour.

use sea_orm::entity::prelude::*;

use crate::{ProductId, ProductOptionId};

/// Values of an option, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, FromJsonQueryResult)]
pub struct OptionValues(pub Vec<String>);

/// A row of `product_option`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "product_option")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProductOptionId,
    /// The product.
    pub product_id: ProductId,
    /// Name, unique in the product.
    pub name: String,
    /// Its values, in order.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub values: OptionValues,
    /// Order in the product.
    pub position: i32,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
