//! `search_missing`: a product that the search engine beside the server lacks as it is now.

use sea_orm::entity::prelude::*;

use crate::ProductId;

/// A row of `search_missing`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "search_missing")]
pub struct Model {
    /// The product.
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: ProductId,
    /// Grows with each time that it was not written, so that whoever writes it knows whether it has changed since.
    /// Microseconds since 1970.
    pub times: i64,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
