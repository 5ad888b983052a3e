//! Reads of the log, scoped by who asks.

use chrono::{DateTime, Utc};
use entity::AuditEntryId;
use entity::audit::audit_entry::{Column, Entity, Model};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use uuid::Uuid;

use crate::channel::Scope;
use crate::platform::error::{Fault, Result};
use crate::platform::page::{Page, PageArgs, PageError};
use crate::platform::permission::Permission;

/// An entry of the log.
pub type AuditEntry = Model;

/// Names the list in cursors.
const TAG: &str = "audit";

/// Which entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Of this person or program.
    pub actor: Option<Uuid>,
    /// Of this mutation.
    pub action: Option<String>,
    /// About things of this type.
    pub entity_type: Option<String>,
    /// About the thing with this global id.
    pub entity_id: Option<String>,
    /// Not before.
    pub since: Option<DateTime<Utc>>,
    /// Before.
    pub until: Option<DateTime<Utc>>,
}

/// Why the log cannot be read.
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

/// What `scope` may read: everything, or what was done in the channel of the request, or nothing.
fn readable(scope: &Scope) -> Condition {
    let viewer = scope.viewer;
    if viewer.may_everywhere(Permission::AuditRead) {
        Condition::all()
    } else if viewer.may(Permission::AuditRead) {
        Condition::all().add(Column::ChannelId.eq(scope.channel.id))
    } else {
        Condition::all().add(Expr::val(1).eq(0))
    }
}

fn filtered(scope: &Scope, filter: &AuditFilter) -> Select<Entity> {
    let mut all = readable(scope);
    if let Some(actor) = filter.actor {
        all = all.add(Column::ActorId.eq(actor));
    }
    let texts = [
        (Column::Action, &filter.action),
        (Column::EntityType, &filter.entity_type),
        (Column::EntityId, &filter.entity_id),
    ];
    for (column, text) in texts {
        if let Some(text) = text {
            all = all.add(column.eq(text.as_str()));
        }
    }
    if let Some(since) = filter.since {
        all = all.add(Column::At.gte(since));
    }
    if let Some(until) = filter.until {
        all = all.add(Column::At.lt(until));
    }
    Entity::find().filter(all)
}

/// A page of the log, newest first.
///
/// # Errors
/// A cursor of another list; those of the database.
pub async fn list(
    db: &impl ConnectionTrait,
    scope: &Scope,
    filter: &AuditFilter,
    args: &PageArgs,
) -> Result<Page<AuditEntry>, ListError> {
    let mut select = filtered(scope, filter)
        .order_by_desc(Column::At)
        .order_by_desc(Column::Id)
        .limit(args.first as u64 + 1);
    if let Some((micros, id)) = args.after_key::<(i64, AuditEntryId)>(TAG)? {
        let at = DateTime::from_timestamp_micros(micros).ok_or(PageError::Cursor)?;
        let place = Expr::tuple([Column::At.into_expr(), Column::Id.into_expr()]);
        select = select.filter(place.lt(Expr::tuple([Expr::val(at), Expr::val(id)])));
    }
    let rows = select.all(db).await?;
    Ok(Page::from_rows(args, TAG, rows, |row| {
        (row.at.timestamp_micros(), row.id)
    }))
}

/// How many entries the whole list has.
///
/// # Errors
/// Those of the database.
pub async fn count(db: &impl ConnectionTrait, scope: &Scope, filter: &AuditFilter) -> Result<i64> {
    let count = filtered(scope, filter).count(db).await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}
