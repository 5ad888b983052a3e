//! `reconciliation`: a comparison of our books with those of a gateway.

use sea_orm::entity::prelude::*;

use crate::ReconciliationId;

/// A row of `reconciliation`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "reconciliation")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReconciliationId,
    /// The gateway.
    pub gateway: String,
    /// Payments that were compared.
    pub checked: i32,
    /// Payments that were moved on by it.
    pub settled: i32,
    /// Differences that it found and could not settle.
    pub differences: i32,
    /// Why it ended early.
    pub failure: Option<String>,
    /// When it began.
    pub started_at: DateTimeUtc,
    /// When it ended.
    pub finished_at: Option<DateTimeUtc>,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
