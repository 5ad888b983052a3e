//! What must reach a gateway sooner or later.

use entity::PaymentId;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::payment::gateway::DEADLINE;
use crate::payment::query::{handle_of, payment_by_id};
use crate::platform::error::Fault;
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
    match tokio::time::timeout(DEADLINE, gateway.cancel(&handle_of(&payment))).await {
        Ok(result) => Ok(result?),
        Err(late) => Err(Fault::part("gateway", late).into()),
    }
}
