//! What must reach a gateway sooner or later.

use entity::PaymentId;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::payment::apply::write;
use crate::payment::gateway::DEADLINE;
use crate::payment::merge::Says;
use crate::payment::query::{handle_of, payment_by_id};
use crate::platform::db::retry_conflicts;
use crate::platform::error::{Fault, Result};
use crate::platform::jobs::{Job, JobError, Queue};

/// Has the gateway call a payment off, or give the money back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CancelAtGateway {
    /// The payment, cancelled here already.
    pub payment: PaymentId,
}

impl Job for CancelAtGateway {
    const KIND: &'static str = "payment.cancel_at_gateway";
    const QUEUE: Queue = Queue::Orders;
}

pub(super) async fn cancel_at_gateway(app: &App, job: CancelAtGateway) -> Result<(), JobError> {
    let Some(payment) = payment_by_id(&app.db, job.payment).await? else {
        return Ok(());
    };
    let gateway = app.payments.get(&payment.gateway);
    let gateway = gateway.ok_or(JobError::Retry(Fault::Invariant(
        "the gateway of a payment is not configured",
    )))?;
    let handle = handle_of(&payment);
    within_deadline(gateway.cancel(&handle)).await?;
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

/// What a gateway answers, unless it takes too long.
pub(super) async fn within_deadline<T>(call: impl Future<Output = Result<T>>) -> Result<T> {
    match tokio::time::timeout(DEADLINE, call).await {
        Ok(answer) => answer,
        Err(late) => Err(Fault::part("gateway", late)),
    }
}
