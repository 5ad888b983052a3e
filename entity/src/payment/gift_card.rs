//! `gift_card`: money that was paid, or given, in advance. Whoever knows the code may spend it; only its hash is here.

use sea_orm::entity::prelude::*;

use crate::{CustomerId, GiftCardId};

/// A row of `gift_card`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "gift_card")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: GiftCardId,
    /// SHA-256 of the normalised code, hex; unique.
    pub code_hash: String,
    /// The last four characters of the code.
    pub ending: String,
    /// ISO 4217.
    pub currency_code: String,
    /// What it was issued with, minor units.
    pub initial_amount: i64,
    /// What is left, minor units: the sum of its entries, never below 0.
    pub balance: i64,
    /// Whose it is, when it was given to somebody.
    pub customer_id: Option<CustomerId>,
    /// For staff.
    pub note: Option<String>,
    /// Until when it can be spent.
    pub expires_at: Option<DateTimeUtc>,
    /// Since when it cannot be spent.
    pub disabled_at: Option<DateTimeUtc>,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When it last changed.
    pub updated_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
