//! Pages of what was made last first.

use chrono::{DateTime, Utc};
use entity::TypedId;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select, Value,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::platform::error::{Fault, Result};
use crate::platform::page::{Page, PageArgs, PageError};

/// Why a page cannot be given.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The cursor does not fit.
    #[error(transparent)]
    Page(#[from] PageError),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// A list, newest first: its name in cursors, the columns that it is sorted by, and their values in a row.
pub(super) struct Newest<E: EntityTrait, I> {
    pub(super) tag: String,
    pub(super) columns: (E::Column, E::Column),
    pub(super) key: fn(&E::Model) -> (DateTime<Utc>, I),
}

impl<E, I> Newest<E, I>
where
    E: EntityTrait,
    I: TypedId + Into<Value> + Serialize + DeserializeOwned,
{
    /// The page `args` of `select`.
    pub(super) async fn page(
        &self,
        db: &impl ConnectionTrait,
        select: Select<E>,
        args: &PageArgs,
    ) -> Result<Page<E::Model>, ListError> {
        let (at, id) = self.columns;
        let mut select = select.order_by_desc(at).order_by_desc(id).limit(args.first as u64 + 1);
        if let Some((micros, last)) = args.after_key::<(i64, I)>(&self.tag)? {
            let then = DateTime::from_timestamp_micros(micros).ok_or(PageError::Cursor)?;
            let place = Expr::tuple([Expr::col(at.as_column_ref()), Expr::col(id.as_column_ref())]);
            select = select.filter(place.lt(Expr::tuple([Expr::val(then), Expr::val(last)])));
        }
        let rows = select.all(db).await.map_err(Fault::from)?;
        Ok(Page::from_rows(args, &self.tag, rows, |row| {
            let (at, id) = (self.key)(row);
            (at.timestamp_micros(), id)
        }))
    }
}

/// How many rows the whole list has.
pub(super) async fn count<E>(db: &impl ConnectionTrait, select: Select<E>) -> Result<i64>
where
    E: EntityTrait,
    E::Model: Send + Sync,
{
    let count = select.count(db).await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}
