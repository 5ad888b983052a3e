//! Payments: money asked of a gateway for a cart.
//!
//! Owns the tables `payment`, `payment_event`. Emits nothing. Invariants: the id of a payment is its idempotency key at
//! the gateway; a payment pays at most one order; its history is only added to. No gateway is called inside a
//! transaction: what must happen there later is a job.

pub mod gateway;
mod graphql;
mod jobs;
mod query;
mod record;

use std::sync::Arc;

use crate::app::App;
use crate::platform::jobs::Registry;

pub use gateway::{GatewayState, Gateways, StartRequest};
pub use graphql::{PaymentObject, PaymentsOfOrder};
pub use jobs::CancelAtGateway;
pub use query::{Payment, payment_by_id, payments_of_orders};
pub(crate) use query::{handle_of, payments_left_open};
pub(crate) use record::{Says, apply, attach_to_order, call_off, call_off_open, open_payment};

/// Registers the jobs.
pub fn register(registry: &mut Registry<App>) {
    registry.add(|app: App, job: CancelAtGateway| async move { jobs::cancel_at_gateway(&app, job).await });
}

/// A gateway, shared.
pub type SharedGateway = Arc<dyn gateway::Gateway>;
