//! `tax_rate`: the flat tax rate of a country.

use sea_orm::entity::prelude::*;

use crate::TaxRateId;

/// A row of `tax_rate`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tax_rate")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TaxRateId,
    /// ISO 3166-1 alpha-2, unique.
    pub country_code: String,
    /// Name on the bill, for example VAT.
    pub name: String,
    /// Basis points: 1900 is 19 %. 0 to 10000.
    pub rate_bp: i32,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
