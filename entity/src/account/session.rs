//! `session`: a sign-in that goes on.

use sea_orm::entity::prelude::*;

use crate::SessionId;
use crate::account::account::AccountKind;

/// A row of `session`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    /// Whose it is.
    pub account_id: Uuid,
    /// The kind of the account.
    pub kind: AccountKind,
    /// What the client called itself.
    pub user_agent: Option<String>,
    /// Where it was used from last; IPv6 by /64.
    pub address: Option<String>,
    /// When the second factor was given.
    pub mfa_at: Option<DateTimeUtc>,
    /// When it began.
    pub created_at: DateTimeUtc,
    /// When it was refreshed last.
    pub last_used_at: DateTimeUtc,
    /// When it ends, used or not.
    pub expires_at: DateTimeUtc,
    /// When it was ended.
    pub revoked_at: Option<DateTimeUtc>,
    /// Why it was ended.
    pub revoked_reason: Option<String>,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
