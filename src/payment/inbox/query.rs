//! Reads of the inbox, for staff.

use chrono::{DateTime, Utc};
use entity::GatewayEventId;
use entity::payment::gateway_event;
use entity::payment::gateway_event::EventOutcome;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

use crate::platform::error::{Fault, Result};
use crate::platform::page::{Page, PageArgs, PageError};

/// Something that a gateway told.
pub type GatewayEvent = gateway_event::Model;

/// Names the list in cursors.
const TAG: &str = "gateway_events";

/// Which events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Of this gateway.
    pub gateway: Option<String>,
    /// What became of them.
    pub outcome: Option<EventOutcome>,
    /// Not before.
    pub since: Option<DateTime<Utc>>,
}

/// Why the inbox cannot be read.
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

pub(super) fn filtered(filter: &EventFilter) -> Select<gateway_event::Entity> {
    let mut all = Condition::all();
    if let Some(gateway) = &filter.gateway {
        all = all.add(gateway_event::Column::Gateway.eq(gateway.as_str()));
    }
    if let Some(outcome) = filter.outcome {
        all = all.add(gateway_event::Column::Outcome.eq(outcome));
    }
    if let Some(since) = filter.since {
        all = all.add(gateway_event::Column::ReceivedAt.gte(since));
    }
    gateway_event::Entity::find().filter(all)
}

/// A page of the inbox, newest first.
///
/// # Errors
/// A cursor of another list; those of the database.
pub(super) async fn list(
    db: &impl ConnectionTrait,
    filter: &EventFilter,
    args: &PageArgs,
) -> Result<Page<GatewayEvent>, ListError> {
    let mut select = filtered(filter)
        .order_by_desc(gateway_event::Column::ReceivedAt)
        .order_by_desc(gateway_event::Column::Id)
        .limit(args.first as u64 + 1);
    if let Some((micros, id)) = args.after_key::<(i64, GatewayEventId)>(TAG)? {
        let at = DateTime::from_timestamp_micros(micros).ok_or(PageError::Cursor)?;
        let columns = [gateway_event::Column::ReceivedAt, gateway_event::Column::Id];
        let place = Expr::tuple(columns.map(|column| column.into_expr()));
        select = select.filter(place.lt(Expr::tuple([Expr::val(at), Expr::val(id)])));
    }
    let rows = select.all(db).await?;
    Ok(Page::from_rows(args, TAG, rows, |row| {
        (row.received_at.timestamp_micros(), row.id)
    }))
}

/// How many events the whole list has.
///
/// # Errors
/// Those of the database.
pub(super) async fn count(db: &impl ConnectionTrait, filter: &EventFilter) -> Result<i64> {
    let count = filtered(filter).count(db).await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}
