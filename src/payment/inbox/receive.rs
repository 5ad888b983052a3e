//! A gateway tells something.

use entity::payment::gateway_event;
use entity::payment::gateway_event::{EventOutcome, SubjectKind};
use sea_orm::{DbErr, EntityTrait, IntoActiveModel, TryInsertResult};

use crate::app::App;
use crate::payment::gateway::{EventSubject, InboundEvent, NotBelieved};
use crate::payment::inbox::ProcessEvent;
use crate::platform::crash::crash_point;
use crate::platform::db::retry_conflicts;
use crate::platform::error::Fault;
use crate::platform::jobs;
use crate::platform::text::sha256_hex;

/// Largest event in bytes.
pub const BODY_MAX: usize = 256 << 10;

/// Something that claims to come from a gateway.
#[derive(Clone, Copy, Debug)]
pub struct Inbound<'a> {
    /// Name of the gateway.
    pub gateway: &'a str,
    /// The header that signs it.
    pub signature: &'a str,
    /// As it was received, to the byte.
    pub body: &'a [u8],
}

/// Why it was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// No such gateway, or one that tells nothing.
    #[error("no such gateway")]
    UnknownGateway,
    /// It does not come from there.
    #[error(transparent)]
    NotBelieved(#[from] NotBelieved),
    /// A part underneath failed: the gateway tries again.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<DbErr> for ReceiveError {
    fn from(error: DbErr) -> Self {
        Self::Fault(error.into())
    }
}

impl ReceiveError {
    fn db(&self) -> Option<&DbErr> {
        match self {
            Self::Fault(fault) => fault.db(),
            _ => None,
        }
    }
}

/// The header that signs what `gateway` tells; none when there is no such gateway, or it tells nothing.
pub fn signature_header(app: &App, gateway: &str) -> Option<&'static str> {
    app.payments.get(gateway)?.signature_header()
}

/// Stores an event whose signature is right, and has a job deal with it. One that was told before changes nothing. No
/// gateway is called: it waits for the answer.
///
/// # Errors
/// See [`ReceiveError`].
pub async fn receive(app: &App, inbound: Inbound<'_>) -> Result<(), ReceiveError> {
    let gateway = app.payments.get(inbound.gateway);
    let gateway = gateway.filter(|gateway| gateway.signature_header().is_some());
    let gateway = gateway.ok_or(ReceiveError::UnknownGateway)?;
    let event = gateway.event(inbound.signature, inbound.body)?;
    let body = sha256_hex(inbound.body);
    retry_conflicts(ReceiveError::db, || store(app, inbound.gateway, &event, &body)).await
}

async fn store(app: &App, gateway: &str, event: &InboundEvent, body_hash: &str) -> Result<(), ReceiveError> {
    let now = app.clock.now();
    let (subject, object, payment_id) = match &event.subject {
        EventSubject::Payment { payment, reference } => (SubjectKind::Payment, Some(reference.clone()), *payment),
        EventSubject::Setup { reference } => (SubjectKind::Setup, Some(reference.clone()), None),
        EventSubject::Other => (SubjectKind::Other, None, None),
    };
    let (outcome, processed_at) = match subject {
        SubjectKind::Other => (EventOutcome::Ignored, Some(now)),
        SubjectKind::Payment | SubjectKind::Setup => (EventOutcome::Waiting, None),
    };
    let row = gateway_event::Model {
        id: app.ids.new_id(),
        gateway: gateway.to_owned(),
        event_id: event.id.clone(),
        kind: event.kind.clone(),
        subject,
        object,
        payment_id,
        body_hash: body_hash.to_owned(),
        outcome,
        failure: None,
        received_at: now,
        processed_at,
    };
    let id = row.id;
    let key = [gateway_event::Column::Gateway, gateway_event::Column::EventId];
    let tx = app.db.begin().await?;
    let inserted = gateway_event::Entity::insert(row.into_active_model())
        .on_conflict_do_nothing_on(key)
        .exec_without_returning(&tx)
        .await?;
    if matches!(inserted, TryInsertResult::Inserted(rows) if rows > 0) && outcome == EventOutcome::Waiting {
        jobs::enqueue(&tx, &ProcessEvent { event: id }).await?;
    }
    tx.commit().await?;
    crash_point("inbox.stored");
    Ok(())
}
