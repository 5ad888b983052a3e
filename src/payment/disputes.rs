//! The list of disputes.

use entity::DisputeId;
use entity::payment::dispute::{Column, DisputeStatus, Entity};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

use crate::channel::Scope;
use crate::payment::query::{Dispute, readable_disputes};
use crate::platform::error::{Fault, Result};
use crate::platform::page::{Page, PageArgs, PageError};

/// Names the list in cursors.
const TAG: &str = "disputes";

/// Which disputes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DisputeFilter {
    /// That stand so.
    pub status: Option<DisputeStatus>,
}

/// Why a list cannot be given.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The cursor does not fit.
    #[error(transparent)]
    Page(#[from] PageError),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<DbErr> for ListError {
    fn from(error: DbErr) -> Self {
        Self::Fault(error.into())
    }
}

fn filtered(scope: &Scope, filter: &DisputeFilter) -> Select<Entity> {
    let select = Entity::find().filter(readable_disputes(scope));
    match filter.status {
        Some(status) => select.filter(Column::Status.eq(status)),
        None => select,
    }
}

/// A page of the disputes that `scope` may read, newest first.
///
/// # Errors
/// A cursor of another list; those of the database.
pub async fn list_disputes(
    db: &impl ConnectionTrait,
    scope: &Scope,
    filter: &DisputeFilter,
    args: &PageArgs,
) -> Result<Page<Dispute>, ListError> {
    let mut select = filtered(scope, filter)
        .order_by_desc(Column::Id)
        .limit(args.first as u64 + 1);
    if let Some(id) = args.after_key::<DisputeId>(TAG)? {
        select = select.filter(Column::Id.lt(id));
    }
    let rows = select.all(db).await?;
    Ok(Page::from_rows(args, TAG, rows, |row| row.id))
}

/// How many disputes the whole list has.
///
/// # Errors
/// Those of the database.
pub async fn count_disputes(db: &impl ConnectionTrait, scope: &Scope, filter: &DisputeFilter) -> Result<i64> {
    let count = filtered(scope, filter).count(db).await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}
