//! What gateways must forget sooner or later.

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::payment::SharedGateway;
use crate::payment::gateway::DEADLINE;
use crate::platform::error::{Fault, Result};
use crate::platform::jobs::{Job, JobError, Queue};

/// Has a gateway forget a means of payment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ForgetMethod {
    /// The gateway.
    pub gateway: String,
    /// Its name for the means of payment.
    pub reference: String,
}

impl Job for ForgetMethod {
    const KIND: &'static str = "payment.forget_method";
    const QUEUE: Queue = Queue::Orders;
}

/// Has a gateway forget a customer, with all that they keep there.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ForgetCustomer {
    /// The gateway.
    pub gateway: String,
    /// Its name for the customer.
    pub reference: String,
}

impl Job for ForgetCustomer {
    const KIND: &'static str = "payment.forget_customer";
    const QUEUE: Queue = Queue::Orders;
}

pub(in crate::payment) async fn forget_method(app: &App, job: ForgetMethod) -> Result<(), JobError> {
    let gateway = gateway(app, &job.gateway)?;
    in_time(gateway.forget_method(&job.reference)).await
}

pub(in crate::payment) async fn forget_customer(app: &App, job: ForgetCustomer) -> Result<(), JobError> {
    let gateway = gateway(app, &job.gateway)?;
    in_time(gateway.forget_customer(&job.reference)).await
}

fn gateway<'a>(app: &'a App, id: &str) -> Result<&'a SharedGateway, JobError> {
    let gateway = app.payments.get(id);
    gateway.ok_or(JobError::Retry(Fault::Invariant(
        "the gateway of a customer is not configured",
    )))
}

async fn in_time(call: impl Future<Output = Result<()>>) -> Result<(), JobError> {
    match tokio::time::timeout(DEADLINE, call).await {
        Ok(result) => Ok(result?),
        Err(late) => Err(Fault::part("gateway", late).into()),
    }
}
