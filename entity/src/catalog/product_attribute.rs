//! `product_attribute`: a value of an attribute on a product.

use sea_orm::entity::prelude::*;

use crate::{AttributeId, ProductId};

/// A row of `product_attribute`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "product_attribute")]
pub struct Model {
    /// The product.
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: ProductId,
    /// The attribute.
    #[sea_orm(primary_key, auto_increment = false)]
    pub attribute_id: AttributeId,
    /// Order among several values.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// The value as shown.
    #[sea_orm(column_type = "Text")]
    pub value: String,
    /// Lower-case start of the value (80 characters): what filters compare.
    pub value_key: String,
    /// The value of a number attribute, for ranges.
    pub number: Option<f64>,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
