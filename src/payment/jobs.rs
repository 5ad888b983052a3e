//! What must reach a gateway sooner or later.

use std::sync::Arc;

use entity::payment::payment::PaymentStatus;
use entity::{CaptureId, PaymentId, RefundId};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::payment::apply::write;
use crate::payment::capture;
use crate::payment::gateway::{DEADLINE, Gateway, GatewayState};
use crate::payment::hear::hear;
use crate::payment::merge::Says;
use crate::payment::query::{Payment, handle_of, payment_by_id};
use crate::payment::refund;
use crate::platform::crash::crash_point;
use crate::platform::db::retry_conflicts;
use crate::platform::error::{Fault, Result};
use crate::platform::jobs::{Job, JobError, Queue};

/// Has the gateway call a payment off, or give the money back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CancelAtGateway {
    /// The payment, cancelled or refused here already.
    pub payment: PaymentId,
}

impl Job for CancelAtGateway {
    const KIND: &'static str = "payment.cancel_at_gateway";
    const QUEUE: Queue = Queue::Orders;
}

/// Has the gateway take authorised money.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FinishCapture {
    /// The capture.
    pub capture: CaptureId,
}

impl Job for FinishCapture {
    const KIND: &'static str = "payment.finish_capture";
    const QUEUE: Queue = Queue::Orders;
}

/// Has the gateway give money back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FinishRefund {
    /// The refund.
    pub refund: RefundId,
}

impl Job for FinishRefund {
    const KIND: &'static str = "payment.finish_refund";
    const QUEUE: Queue = Queue::Orders;
}

pub(super) async fn cancel_at_gateway(app: &App, job: CancelAtGateway) -> Result<(), JobError> {
    let Some(payment) = payment_by_id(&app.db, job.payment).await? else {
        return Ok(());
    };
    match payment.status {
        // It was refused, and then paid after all: it pays an order, or is called off by who makes one.
        PaymentStatus::Authorized | PaymentStatus::Succeeded => Ok(()),
        PaymentStatus::Failed => Ok(close_refused(app, &payment).await?),
        _ => Ok(cancel_now(app, &payment).await?),
    }
}

/// Has the gateway close a payment that was refused, unless it was paid there meanwhile: then it is heard.
async fn close_refused(app: &App, payment: &Payment) -> Result<()> {
    let gateway = gateway_of(app, payment)?;
    let Some(snapshot) = within_deadline(gateway.read(&handle_of(payment)?)).await? else {
        return Ok(());
    };
    if !matches!(snapshot.state, GatewayState::Authorized | GatewayState::Succeeded) {
        return cancel_now(app, payment).await;
    }
    let says = Says::Snapshot(Box::new(snapshot));
    let write = || async {
        let tx = app.db.begin().await?;
        hear(&tx, app, payment.id, &says).await?;
        Ok(tx.commit().await?)
    };
    retry_conflicts(Fault::db, write).await
}

pub(super) async fn finish_capture(app: &App, job: FinishCapture) -> Result<(), JobError> {
    if let Some(reason) = capture::finish_capture(app, job.capture).await? {
        tracing::warn!(capture = %job.capture, reason, "the gateway refused a capture");
    }
    Ok(())
}

pub(super) async fn finish_refund(app: &App, job: FinishRefund) -> Result<(), JobError> {
    let refund = refund::finish_refund(app, job.refund).await?;
    tracing::info!(refund = %refund.id, status = ?refund.status, "the gateway answered to a refund");
    Ok(())
}

/// Has the gateway call a payment off, or give the money back, and books what became of it.
pub(super) async fn cancel_now(app: &App, payment: &Payment) -> Result<()> {
    let (gateway, handle) = (gateway_of(app, payment)?, handle_of(payment)?);
    within_deadline(gateway.cancel(&handle)).await?;
    crash_point("cancel.sent");
    // What became of the money is booked.
    let says = match within_deadline(gateway.read(&handle)).await? {
        Some(snapshot) => Says::Snapshot(Box::new(snapshot)),
        None => return Ok(()),
    };
    let write = || async {
        let tx = app.db.begin().await?;
        let applied = write(&tx, &app.ids, app.clock.now(), payment.id, &says).await?;
        tx.commit().await?;
        Ok(applied)
    };
    let applied = retry_conflicts(Fault::db, write).await?;
    tracing::info!(payment = %payment.id, changed = applied.changed, "payment cancelled at its gateway");
    Ok(())
}

/// The gateway of a payment.
pub(super) fn gateway_of<'a>(app: &'a App, payment: &Payment) -> Result<&'a Arc<dyn Gateway>> {
    let gateway = app.payments.get(&payment.gateway);
    gateway.ok_or(Fault::Invariant("the gateway of a payment is not configured"))
}

/// What a gateway answers, unless it takes too long.
pub(super) async fn within_deadline<T>(call: impl Future<Output = Result<T>>) -> Result<T> {
    match tokio::time::timeout(DEADLINE, call).await {
        Ok(answer) => answer,
        Err(late) => Err(Fault::part("gateway", late)),
    }
}
