//! `variant`: what is bought: one combination of option values with its SKU.

use sea_orm::entity::prelude::*;

use crate::{ProductId, VariantId};

/// One option and the value a variant has.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, FromJsonQueryResult)]
pub struct SelectedOption {
    /// Name of the option.
    pub name: String,
    /// Value of the option.
    pub value: String,
}

/// One value an option.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, FromJsonQueryResult)]
pub struct SelectedOptions(pub Vec<SelectedOption>);

/// A row of `variant`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "variant")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: VariantId,
    /// Its product.
    pub product_id: ProductId,
    /// Unique stock keeping unit.
    pub sku: String,
    /// EAN, UPC or ISBN.
    pub barcode: Option<String>,
    /// Option values joined, for example `Red / M`; empty for the only variant.
    pub name: String,
    /// One value an option, in the order of the options.
    #[sea_orm(column_type = "JsonBinary")]
    pub selected_options: SelectedOptions,
    /// The values as one text: a combination exists once a product.
    pub options_key: String,
    /// Weight, at least 0.
    pub weight_grams: i64,
    /// Whether stock limits its sale.
    pub track_inventory: bool,
    /// Whether it is sent.
    pub requires_shipping: bool,
    /// Whether tax is due.
    pub taxable: bool,
    /// Order in the product.
    pub position: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
