//! `api_key`: a key for programs, by its hash.

use sea_orm::entity::prelude::*;

use crate::staff::staff_role::PermissionNames;
use crate::{ApiKeyId, ChannelId, StaffUserId};

/// A row of `api_key`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "api_key")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApiKeyId,
    /// What it is for.
    pub name: String,
    /// The visible beginning of the key.
    pub prefix: String,
    /// SHA-256 of the key, in hex.
    pub hash: String,
    /// What it allows.
    pub permissions: PermissionNames,
    /// The only channel that it works in; none: in every channel.
    pub channel_id: Option<ChannelId>,
    /// Who made it.
    pub created_by: Option<StaffUserId>,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// Until when it works.
    pub expires_at: Option<DateTimeUtc>,
    /// When it was used last, to the minute.
    pub last_used_at: Option<DateTimeUtc>,
    /// When it was ended.
    pub revoked_at: Option<DateTimeUtc>,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
