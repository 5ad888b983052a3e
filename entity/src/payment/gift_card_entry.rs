//! `gift_card_entry`: the history of a gift card. Rows are only added.

use sea_orm::entity::prelude::*;

use crate::{GiftCardEntryId, GiftCardId, PaymentId};

/// A row of `gift_card_entry`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "gift_card_entry")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: GiftCardEntryId,
    /// The gift card.
    pub gift_card_id: GiftCardId,
    /// `issued`, `spent`, `returned`, `refunded`, `adjusted`.
    pub kind: String,
    /// Minor units; below 0 when spent. Never 0.
    pub amount: i64,
    /// The payment that it was spent on or comes from.
    pub payment_id: Option<PaymentId>,
    /// Why, for people.
    pub note: Option<String>,
    /// When it happened.
    pub created_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
