//! Reads of experiments.

use entity::ExperimentId;
use entity::experiment::experiment;
use entity::experiment::experiment::{Column, Entity, ExperimentStatus};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::platform::db::any_of;
use crate::platform::error::{Fault, Result};
use crate::platform::page::{Page, PageArgs, PageError};

/// An experiment.
pub type Experiment = experiment::Model;

/// Names the list in cursors.
const TAG: &str = "experiments";

/// Why there is no page.
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

/// The experiment called `key`.
///
/// # Errors
/// Those of the database.
pub async fn by_key(db: &impl ConnectionTrait, key: &str) -> Result<Option<Experiment>> {
    Ok(Entity::find().filter(Column::Key.eq(key)).one(db).await?)
}

/// The experiment `id`.
///
/// # Errors
/// Those of the database.
pub async fn by_id(db: &impl ConnectionTrait, id: ExperimentId) -> Result<Option<Experiment>> {
    Ok(Entity::find_by_id(id).one(db).await?)
}

/// Experiments by key.
///
/// # Errors
/// Those of the database.
pub async fn by_ids(db: &impl ConnectionTrait, ids: &[ExperimentId]) -> Result<Vec<Experiment>> {
    Ok(Entity::find().filter(any_of(db, Column::Id, ids)).all(db).await?)
}

fn narrowed(status: Option<ExperimentStatus>) -> Condition {
    Condition::all().add_option(status.map(|status| Column::Status.eq(status)))
}

/// Experiments, newest first.
///
/// # Errors
/// See [`ListError`].
pub async fn list(
    db: &impl ConnectionTrait,
    status: Option<ExperimentStatus>,
    args: &PageArgs,
) -> Result<Page<Experiment>, ListError> {
    let mut rows = Entity::find()
        .filter(narrowed(status))
        .order_by_desc(Column::Id)
        .limit(args.first as u64 + 1);
    if let Some(id) = args.after_key::<ExperimentId>(TAG)? {
        rows = rows.filter(Column::Id.lt(id));
    }
    Ok(Page::from_rows(args, TAG, rows.all(db).await?, |row| row.id))
}

/// The number of experiments.
///
/// # Errors
/// Those of the database.
pub async fn count(db: &impl ConnectionTrait, status: Option<ExperimentStatus>) -> Result<i64> {
    let count = Entity::find().filter(narrowed(status)).count(db).await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}
