//! `customer_address`: an address that a customer keeps.

use sea_orm::entity::prelude::*;

use crate::customer::customer::Address;
use crate::{AddressId, CustomerId};

/// A row of `customer_address`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "customer_address")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AddressId,
    /// Whose it is.
    pub customer_id: CustomerId,
    /// The address.
    pub address: Address,
    /// Whether it is proposed for delivery.
    pub is_default_shipping: bool,
    /// Whether it is proposed for the bill.
    pub is_default_billing: bool,
    /// When it was stored.
    pub created_at: DateTimeUtc,
    /// When it changed last.
    pub updated_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
