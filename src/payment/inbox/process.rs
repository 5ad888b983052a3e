//! An event is dealt with: the object that it names is read at the gateway, and what it says now goes into our books.

use entity::GatewayEventId;
use entity::payment::gateway_event;
use entity::payment::gateway_event::{EventOutcome, SubjectKind};
use entity::payment::payment;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::payment::gateway::{DEADLINE, Handle};
use crate::payment::hear::hear;
use crate::payment::inbox::query::GatewayEvent;
use crate::payment::method::setup_told;
use crate::payment::query::{Payment, handle_of};
use crate::payment::{Says, SharedGateway};
use crate::platform::crash::crash_point;
use crate::platform::db::{Tx, retry_conflicts};
use crate::platform::error::{Fault, Result};
use crate::platform::jobs::{Job, JobError, Queue};

/// Deals with an event of the inbox.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProcessEvent {
    /// The event.
    pub event: GatewayEventId,
}

impl Job for ProcessEvent {
    const KIND: &'static str = "payment.process_event";
    const QUEUE: Queue = Queue::Orders;
}

pub(in crate::payment) async fn process(app: &App, job: ProcessEvent) -> Result<(), JobError> {
    let row = gateway_event::Entity::find_by_id(job.event).one(&app.db).await;
    // Deleted because of its age.
    let Some(row) = row.map_err(Fault::from)? else {
        return Ok(());
    };
    if row.outcome != EventOutcome::Waiting {
        return Ok(());
    }
    match deal_with(app, &row).await {
        Ok(()) => Ok(()),
        Err(fault) => {
            note_failure(app, &row, &fault).await?;
            Err(fault.into())
        }
    }
}

async fn deal_with(app: &App, row: &GatewayEvent) -> Result<()> {
    let gateway = app.payments.get(&row.gateway).cloned();
    let gateway = gateway.ok_or(Fault::Invariant("the gateway of an event is not configured"))?;
    match (row.subject, row.object.as_deref()) {
        (SubjectKind::Payment, Some(reference)) => payment_told(app, &gateway, row, reference).await,
        (SubjectKind::Setup, Some(reference)) => {
            let ours = setup_told(app, &gateway, reference).await?;
            let outcome = if ours {
                EventOutcome::Applied
            } else {
                EventOutcome::Unmatched
            };
            alone(app, row, outcome).await
        }
        _ => alone(app, row, EventOutcome::Ignored).await,
    }
}

async fn payment_told(app: &App, gateway: &SharedGateway, row: &GatewayEvent, reference: &str) -> Result<()> {
    let Some(payment) = payment_of(app, row, reference).await? else {
        return alone(app, row, EventOutcome::Unmatched).await;
    };
    let handle = Handle {
        reference: Some(reference.to_owned()),
        ..handle_of(&payment)?
    };
    let read = tokio::time::timeout(DEADLINE, gateway.read(&handle)).await;
    let Some(snapshot) = read.map_err(|late| Fault::part("gateway", late))?? else {
        return alone(app, row, EventOutcome::Unmatched).await;
    };
    // Another shop of the same account may have told the gateway an id that happens to be in a copy of our database.
    if snapshot.payment.is_some_and(|id| id != payment.id) {
        return alone(app, row, EventOutcome::Unmatched).await;
    }
    crash_point("inbox.read");
    let says = Says::Snapshot(Box::new(snapshot));
    let once = || async {
        let tx = app.db.begin().await?;
        hear(&tx, app, payment.id, &says).await?;
        end(&tx, app, row, EventOutcome::Applied).await?;
        Ok(tx.commit().await?)
    };
    retry_conflicts(Fault::db, once).await
}

/// The payment of ours that an event is about.
async fn payment_of(app: &App, row: &GatewayEvent, reference: &str) -> Result<Option<Payment>> {
    let ours = match row.payment_id {
        Some(id) => payment::Column::Id.eq(id),
        None => payment::Column::GatewayReference.eq(reference),
    };
    let found = payment::Entity::find()
        .filter(ours)
        .filter(payment::Column::Gateway.eq(row.gateway.as_str()))
        .one(&app.db)
        .await?;
    let same = |payment: &Payment| {
        let known = payment.gateway_reference.as_deref();
        known.is_none_or(|known| known == reference)
    };
    Ok(found.filter(same))
}

async fn alone(app: &App, row: &GatewayEvent, outcome: EventOutcome) -> Result<()> {
    let tx = app.db.begin().await?;
    end(&tx, app, row, outcome).await?;
    Ok(tx.commit().await?)
}

async fn end(tx: &Tx, app: &App, row: &GatewayEvent, outcome: EventOutcome) -> Result<()> {
    gateway_event::Entity::update_many()
        .col_expr(gateway_event::Column::Outcome, Expr::value(outcome))
        .col_expr(gateway_event::Column::Failure, Expr::value(None::<String>))
        .col_expr(gateway_event::Column::ProcessedAt, Expr::value(app.clock.now()))
        .filter(gateway_event::Column::Id.eq(row.id))
        .exec(tx)
        .await?;
    Ok(())
}

async fn note_failure(app: &App, row: &GatewayEvent, fault: &Fault) -> Result<()> {
    gateway_event::Entity::update_many()
        .col_expr(gateway_event::Column::Failure, Expr::value(fault.to_string()))
        .filter(gateway_event::Column::Id.eq(row.id))
        .exec(&app.db)
        .await?;
    Ok(())
}
