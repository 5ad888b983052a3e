//! `staff_role`: a named set of permissions.

use sea_orm::entity::prelude::*;

use crate::RoleId;

/// Names of permissions.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, FromJsonQueryResult)]
pub struct PermissionNames(pub Vec<String>);

/// A row of `staff_role`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "staff_role")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RoleId,
    /// Unique.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// What it allows.
    pub permissions: PermissionNames,
    /// Whether it holds every permission, for ever: made by Merx itself.
    pub is_owner: bool,
    /// Grows with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
