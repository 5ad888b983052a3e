//! `ledger_entry`: double-entry books. Rows are only added; the entries of a posting share its reference and balance.

use sea_orm::entity::prelude::*;

use crate::{LedgerEntryId, OrderId, PaymentId};

/// An account of the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum LedgerAccount {
    /// What buyers owe.
    #[sea_orm(string_value = "receivable")]
    Receivable,
    /// What gateways hold for us.
    #[sea_orm(string_value = "cash_in_transit")]
    CashInTransit,
    /// What was sold, without tax and delivery, before discounts.
    #[sea_orm(string_value = "revenue")]
    Revenue,
    /// Tax that is owed to the state.
    #[sea_orm(string_value = "tax")]
    Tax,
    /// What was earned by deliveries.
    #[sea_orm(string_value = "shipping")]
    Shipping,
    /// What was let off.
    #[sea_orm(string_value = "discounts")]
    Discounts,
    /// What gift cards can still buy.
    #[sea_orm(string_value = "gift_card_liability")]
    GiftCardLiability,
    /// What is owed to customers as credit.
    #[sea_orm(string_value = "store_credit")]
    StoreCredit,
    /// What was given back of sales.
    #[sea_orm(string_value = "refunds")]
    Refunds,
    /// What gateways keep for their work.
    #[sea_orm(string_value = "fees")]
    Fees,
    /// What banks took back.
    #[sea_orm(string_value = "disputes")]
    Disputes,
}

/// A row of `ledger_entry`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_entry")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LedgerEntryId,
    /// Names the posting; with the account unique, so that a posting is written once.
    pub reference: String,
    /// Why: `order_placed`, `captured`, `refunded`, ...
    pub kind: String,
    /// The account.
    pub account: LedgerAccount,
    /// Minor units; either this or `credit` is 0.
    pub debit: i64,
    /// Minor units; either this or `debit` is 0.
    pub credit: i64,
    /// ISO 4217.
    pub currency_code: String,
    /// The order.
    pub order_id: Option<OrderId>,
    /// The payment.
    pub payment_id: Option<PaymentId>,
    /// When it was posted.
    pub created_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
