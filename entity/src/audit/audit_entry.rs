//! `audit_entry`: what somebody of staff did.

use sea_orm::entity::prelude::*;

use crate::{AuditEntryId, ChannelId};

/// A row of `audit_entry`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entry")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuditEntryId,
    /// When.
    pub at: DateTimeUtc,
    /// `staff`, `api_key`, `customer`, `anonymous` or `system`.
    pub actor_kind: String,
    /// Who, when it is a person or a key.
    pub actor_id: Option<Uuid>,
    /// The address or the name of the key, as it was then.
    pub actor_name: String,
    /// The mutation, such as `productUpdate`.
    pub action: String,
    /// The type of what was changed.
    pub entity_type: String,
    /// Its global id.
    pub entity_id: String,
    /// The fields that changed, as they were.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub before: Option<Json>,
    /// The same fields, as they are.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub after: Option<Json>,
    /// Names the request in logs.
    pub request_id: String,
    /// The channel of the request.
    pub channel_id: Option<ChannelId>,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
