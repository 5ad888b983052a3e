//! What all changes of a member of staff have in common.

use entity::StaffUserId;
use entity::staff::staff_user;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::channel::Scope;
use crate::platform::db::Tx;
use crate::platform::error::Fault;
use crate::staff::access::{Grants, grants_of};
use crate::staff::query::{StaffUser, people};

/// Longest part of a name in characters.
pub(super) const NAME_MAX: usize = 100;

/// Why a member of staff cannot be changed.
#[derive(Debug, thiserror::Error)]
pub(super) enum HoldError {
    /// There is none with this id, or the viewer does not see them.
    #[error("no such member of staff")]
    NotFound,
    /// The row is at this version.
    #[error("at version {0}")]
    Stale(i32),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<sea_orm::DbErr> for HoldError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Counts the version of a member of staff up, which makes others who would change the row wait, and gives the row with
/// what its roles allow.
pub(super) async fn hold(
    tx: &Tx,
    scope: &Scope,
    id: StaffUserId,
    expected_version: Option<i32>,
) -> Result<(StaffUser, Grants), HoldError> {
    let version = staff_user::Column::Version;
    let mut update = staff_user::Entity::update_many()
        .col_expr(version, Expr::col(version).add(1))
        .filter(staff_user::Column::Id.eq(id));
    if let Some(expected) = expected_version {
        update = update.filter(version.eq(expected));
    }
    let changed = update.exec(tx).await?.rows_affected;
    let row = people(scope)
        .filter(staff_user::Column::Id.eq(id))
        .one(tx)
        .await?
        .ok_or(HoldError::NotFound)?;
    if changed == 0 {
        return Err(HoldError::Stale(row.version));
    }
    let grants = grants_of(tx, &[id]).await?.remove(&id).unwrap_or_default();
    Ok((row, grants))
}

/// A part of a name: trimmed, none when nothing is left.
///
/// # Errors
/// It is too long.
pub(super) fn name_part(text: Option<String>) -> Result<Option<String>, NameTooLong> {
    let Some(text) = text else { return Ok(None) };
    let text = text.trim();
    if text.chars().count() > NAME_MAX || text.chars().any(char::is_control) {
        return Err(NameTooLong);
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// A part of a name is too long, or no text of one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NameTooLong;
