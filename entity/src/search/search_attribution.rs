//! `search_attribution`: what came of a search.

use sea_orm::entity::prelude::*;

use crate::{OrderId, ProductId, SearchId};

/// What was done with a hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum OutcomeKind {
    /// It was opened.
    #[sea_orm(string_value = "click")]
    Click,
    /// It was put into a cart.
    #[sea_orm(string_value = "cart")]
    Cart,
    /// It was bought.
    #[sea_orm(string_value = "order")]
    Order,
}

/// A row of `search_attribution`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "search_attribution")]
pub struct Model {
    /// The search.
    #[sea_orm(primary_key, auto_increment = false)]
    pub search_id: SearchId,
    /// The product.
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: ProductId,
    /// What was done with it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: OutcomeKind,
    /// Where it stood among the hits, from 1.
    pub position: Option<i32>,
    /// The order that it was bought with.
    pub order_id: Option<OrderId>,
    /// When.
    pub at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
