//! `gateway_customer`: what a gateway calls a customer of ours.

use sea_orm::entity::prelude::*;

use crate::CustomerId;

/// A row of `gateway_customer`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "gateway_customer")]
pub struct Model {
    /// The customer; with the gateway the primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub customer_id: CustomerId,
    /// The gateway.
    #[sea_orm(primary_key, auto_increment = false)]
    pub gateway: String,
    /// Its name for the customer, unique there.
    pub reference: String,
    /// When the row was made.
    pub created_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
