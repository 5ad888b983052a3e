//! `staff_user`: a member of staff.

use sea_orm::entity::prelude::*;

use crate::StaffUserId;

/// A row of `staff_user`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "staff_user")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StaffUserId,
    /// Lower case, unique.
    pub email: String,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// When the invitation was accepted.
    pub joined_at: Option<DateTimeUtc>,
    /// Since when the person may not come in.
    pub deactivated_at: Option<DateTimeUtc>,
    /// Grows with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
