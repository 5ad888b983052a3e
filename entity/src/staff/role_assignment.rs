//! `role_assignment`: that a member of staff has a role.

use sea_orm::entity::prelude::*;

use crate::{ChannelId, RoleAssignmentId, RoleId, StaffUserId};

/// A row of `role_assignment`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "role_assignment")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RoleAssignmentId,
    /// Who has it.
    pub staff_user_id: StaffUserId,
    /// The role.
    pub role_id: RoleId,
    /// The only channel that it counts in; none: in every channel.
    pub channel_id: Option<ChannelId>,
    /// When it was given.
    pub created_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
