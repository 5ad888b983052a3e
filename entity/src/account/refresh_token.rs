//! `refresh_token`: a refresh token, by its hash.

use sea_orm::entity::prelude::*;

use crate::SessionId;

/// A row of `refresh_token`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "refresh_token")]
pub struct Model {
    /// SHA-256 of the token, in hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: String,
    /// The session that it goes on with: its family.
    pub session_id: SessionId,
    /// When it was given out.
    pub created_at: DateTimeUtc,
    /// When it was exchanged for the next one.
    pub replaced_at: Option<DateTimeUtc>,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
