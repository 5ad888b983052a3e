//! Events are dealt with again. It does no harm: the object is read as it is now.

use chrono::{DateTime, Utc};
use entity::GatewayEventId;
use entity::payment::gateway_event;
use entity::payment::gateway_event::{EventOutcome, SubjectKind};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;

use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::payment::inbox::ProcessEvent;
use crate::payment::inbox::query::{EventFilter, GatewayEvent, filtered};
use crate::platform::db::{Tx, any_of};
use crate::platform::error::{Fault, Result};
use crate::platform::jobs;
use crate::platform::locale::{Message, message};

/// Events in one transaction.
const BATCH: u64 = 500;

/// Which events of a gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// The one with this id there.
    Event(String),
    /// All that came since.
    Since(DateTime<Utc>),
    /// All that wait, or were found to be about nothing of ours.
    Unapplied,
}

/// Events to deal with again.
#[derive(Clone, Debug)]
pub struct Replay {
    /// The gateway that told them.
    pub gateway: String,
    /// Which of them.
    pub which: Which,
}

/// Why nothing is dealt with again.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum ReplayError {
    /// No such event.
    NotFound,
    /// It is of a kind that needs nothing from us.
    Ignored,
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl ReplayError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::NotFound => message!("gateway-event-not-found"),
            Self::Ignored => message!("gateway-event-ignored"),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<DbErr> for ReplayError {
    fn from(error: DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Has events dealt with again; says how many. Those that need nothing from us are passed over.
///
/// # Errors
/// Those of the database; what was queued before stays so.
pub async fn replay(app: &App, command: Replay) -> Result<u64> {
    let all = EventFilter {
        gateway: Some(command.gateway),
        since: match command.which {
            Which::Since(since) => Some(since),
            _ => None,
        },
        ..EventFilter::default()
    };
    let (mut replayed, mut last): (u64, Option<GatewayEventId>) = (0, None);
    loop {
        let mut select = filtered(&all).filter(gateway_event::Column::Subject.ne(SubjectKind::Other));
        match &command.which {
            Which::Event(id) => select = select.filter(gateway_event::Column::EventId.eq(id.as_str())),
            Which::Unapplied => {
                let unapplied = [EventOutcome::Waiting, EventOutcome::Unmatched];
                select = select.filter(gateway_event::Column::Outcome.is_in(unapplied));
            }
            Which::Since(_) => {}
        }
        if let Some(last) = last {
            select = select.filter(gateway_event::Column::Id.gt(last));
        }
        let ids: Vec<GatewayEventId> = select
            .select_only()
            .column(gateway_event::Column::Id)
            .order_by_asc(gateway_event::Column::Id)
            .limit(BATCH)
            .into_tuple()
            .all(&app.db)
            .await?;
        let Some(newest) = ids.last() else { return Ok(replayed) };
        last = Some(*newest);
        let tx = app.db.begin().await?;
        queue(&tx, &ids).await?;
        tx.commit().await?;
        replayed += ids.len() as u64;
    }
}

/// Has one event dealt with again, because staff says so.
///
/// # Errors
/// See [`ReplayError`].
pub async fn replay_by_staff(app: &App, actor: &Actor, id: GatewayEventId) -> Result<GatewayEvent, ReplayError> {
    let tx = app.db.begin().await?;
    let row = gateway_event::Entity::find_by_id(id).one(&tx).await?;
    let row = row.ok_or(ReplayError::NotFound)?;
    if row.subject == SubjectKind::Other {
        return Err(ReplayError::Ignored);
    }
    queue(&tx, &[id]).await?;
    let entry = Entry::new("gatewayEventReplay", "GatewayEvent", id)
        .before(&json!({ "outcome": row.outcome }))?
        .after(&json!({ "outcome": EventOutcome::Waiting }))?;
    audit::record(&tx, app, actor, entry).await?;
    tx.commit().await?;
    Ok(GatewayEvent {
        outcome: EventOutcome::Waiting,
        failure: None,
        processed_at: None,
        ..row
    })
}

async fn queue(tx: &Tx, ids: &[GatewayEventId]) -> Result<()> {
    gateway_event::Entity::update_many()
        .col_expr(gateway_event::Column::Outcome, Expr::value(EventOutcome::Waiting))
        .col_expr(gateway_event::Column::Failure, Expr::value(None::<String>))
        .col_expr(gateway_event::Column::ProcessedAt, Expr::value(None::<DateTime<Utc>>))
        .filter(any_of(tx, gateway_event::Column::Id, ids))
        .exec(tx)
        .await?;
    for event in ids {
        jobs::enqueue(tx, &ProcessEvent { event: *event }).await?;
    }
    Ok(())
}
