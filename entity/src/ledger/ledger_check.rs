//! `ledger_check`: what a look at the books found.

use sea_orm::entity::prelude::*;

use crate::LedgerCheckId;

/// A rule of the books that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Violation {
    /// The rule, such as `order_books`.
    pub rule: String,
    /// What it does not hold for: a global id, a posting or a currency.
    pub subject: String,
    /// ISO 4217.
    pub currency_code: String,
    /// What should be, minor units.
    pub expected: i64,
    /// What is, minor units.
    pub found: i64,
}

/// All that a look found.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, FromJsonQueryResult)]
pub struct Violations(pub Vec<Violation>);

/// A row of `ledger_check`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_check")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LedgerCheckId,
    /// What it found; no more than a hundred a rule.
    #[sea_orm(column_type = "JsonBinary")]
    pub violations: Violations,
    /// When it began.
    pub started_at: DateTimeUtc,
    /// When it ended.
    pub finished_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
