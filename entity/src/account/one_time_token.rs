//! `one_time_token`: a secret that was sent by mail and works once.

use sea_orm::entity::prelude::*;

use crate::OneTimeTokenId;

/// A row of `one_time_token`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "one_time_token")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OneTimeTokenId,
    /// Whose it is.
    pub account_id: Uuid,
    /// What it is good for, such as `verify_email`.
    pub purpose: String,
    /// SHA-256 of the secret, in hex.
    pub hash: String,
    /// The address that it proves.
    pub email: Option<String>,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// Until when it works.
    pub expires_at: DateTimeUtc,
    /// When it was used.
    pub used_at: Option<DateTimeUtc>,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
