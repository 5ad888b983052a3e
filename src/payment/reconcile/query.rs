//! Reads of comparisons and differences, for staff.

use entity::payment::{reconciliation, reconciliation_difference};
use entity::{DifferenceId, ReconciliationId};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

use crate::platform::error::{Fault, Result};
use crate::platform::page::{Page, PageArgs, PageError};

/// A comparison of our books with those of a gateway.
pub type Reconciliation = reconciliation::Model;
/// Something that it found and could not settle.
pub type ReconciliationDifference = reconciliation_difference::Model;

/// Names of the lists in cursors.
const ROUNDS: &str = "reconciliations";
const DIFFERENCES: &str = "reconciliation_differences";

/// Which differences.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DifferenceFilter {
    /// Of this gateway.
    pub gateway: Option<String>,
    /// Whether they are there still.
    pub open: Option<bool>,
}

/// Why nothing can be listed.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The cursor does not fit.
    #[error(transparent)]
    Page(#[from] PageError),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<sea_orm::DbErr> for ListError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// What a comparison found first; so many.
pub(super) async fn found_by(
    db: &impl ConnectionTrait,
    id: ReconciliationId,
    limit: u64,
) -> Result<Vec<ReconciliationDifference>> {
    Ok(reconciliation_difference::Entity::find()
        .filter(reconciliation_difference::Column::ReconciliationId.eq(id))
        .order_by_asc(reconciliation_difference::Column::Id)
        .limit(limit)
        .all(db)
        .await?)
}

/// A page of the comparisons, newest first.
pub(super) async fn rounds(db: &impl ConnectionTrait, args: &PageArgs) -> Result<Page<Reconciliation>, ListError> {
    let mut select = reconciliation::Entity::find()
        .order_by_desc(reconciliation::Column::Id)
        .limit(args.first as u64 + 1);
    if let Some(id) = args.after_key::<ReconciliationId>(ROUNDS)? {
        select = select.filter(reconciliation::Column::Id.lt(id));
    }
    let rows = select.all(db).await?;
    Ok(Page::from_rows(args, ROUNDS, rows, |row| row.id))
}

/// How many comparisons there were.
pub(super) async fn count_rounds(db: &impl ConnectionTrait) -> Result<i64> {
    let count = reconciliation::Entity::find().count(db).await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

fn filtered(filter: &DifferenceFilter) -> Select<reconciliation_difference::Entity> {
    let mut all = Condition::all();
    if let Some(gateway) = &filter.gateway {
        all = all.add(reconciliation_difference::Column::Gateway.eq(gateway.as_str()));
    }
    let resolved = reconciliation_difference::Column::ResolvedAt;
    if let Some(open) = filter.open {
        all = all.add(if open {
            resolved.is_null()
        } else {
            resolved.is_not_null()
        });
    }
    reconciliation_difference::Entity::find().filter(all)
}

/// A page of the differences, newest first.
pub(super) async fn differences(
    db: &impl ConnectionTrait,
    filter: &DifferenceFilter,
    args: &PageArgs,
) -> Result<Page<ReconciliationDifference>, ListError> {
    let mut select = filtered(filter)
        .order_by_desc(reconciliation_difference::Column::Id)
        .limit(args.first as u64 + 1);
    if let Some(id) = args.after_key::<DifferenceId>(DIFFERENCES)? {
        select = select.filter(reconciliation_difference::Column::Id.lt(id));
    }
    let rows = select.all(db).await?;
    Ok(Page::from_rows(args, DIFFERENCES, rows, |row| row.id))
}

/// How many differences the whole list has.
pub(super) async fn count_differences(db: &impl ConnectionTrait, filter: &DifferenceFilter) -> Result<i64> {
    let count = filtered(filter).count(db).await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}
