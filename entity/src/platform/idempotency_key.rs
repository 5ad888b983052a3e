//! `idempotency_key`: a request that must not have its effect twice.

use sea_orm::entity::prelude::*;

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum IdempotencyState {
    /// Somebody is at it, or was when the server died.
    #[sea_orm(string_value = "running")]
    Running,
    /// The effect is there; the answer is not, or not yet.
    #[sea_orm(string_value = "committed")]
    Committed,
    /// The answer is there.
    #[sea_orm(string_value = "answered")]
    Answered,
}

/// A row of `idempotency_key`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_key")]
pub struct Model {
    /// SHA-256 of who asked, of the key, and of the field that it counts for, in hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// SHA-256 of what was asked, in hex.
    pub fingerprint: String,
    /// How far it has come.
    pub state: IdempotencyState,
    /// Until when nobody else takes it up.
    pub leased_until: DateTimeUtc,
    /// What was answered, sealed with the key, which stands nowhere here.
    #[sea_orm(column_type = "Text", nullable)]
    pub answer: Option<String>,
    /// When it was asked first.
    pub created_at: DateTimeUtc,
    /// Until when it is remembered.
    pub expires_at: DateTimeUtc,
}

/// No relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
