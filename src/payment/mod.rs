//! Payments: money asked of a gateway for a cart.
//!
//! Owns the tables `payment`, `payment_event`, `payment_capture`, `refund`, `dispute`. Emits [`PaymentSucceeded`] and
//! [`PaymentChanged`]. Invariants: the id of a payment is its idempotency key at the gateway; a payment pays at most one
//! order; its history is only added to; whatever moves money is in the books in the same transaction. No gateway is
//! called inside a transaction: what must happen there later is a job.

mod apply;
mod books;
mod events;
pub mod gateway;
mod graphql;
mod jobs;
mod merge;
mod query;
mod record;

use std::sync::Arc;

use crate::app::App;
use crate::platform::jobs::Registry;

pub(crate) use apply::apply;
pub use events::{PaymentChanged, PaymentNews, PaymentSucceeded};
pub use gateway::{GatewayState, Gateways, StartRequest};
pub use graphql::{PaymentObject, PaymentsOfOrder};
pub use jobs::CancelAtGateway;
pub(crate) use merge::Says;
pub use query::{Payment, payment_by_id, payments_of_orders};
pub(crate) use query::{handle_of, payments_left_open};
pub(crate) use record::{attach_to_order, call_off, call_off_open, open_payment};

/// Registers the jobs.
pub fn register(registry: &mut Registry<App>) {
    registry.add(|app: App, job: CancelAtGateway| async move { jobs::cancel_at_gateway(&app, job).await });
}

/// A gateway, shared.
pub type SharedGateway = Arc<dyn gateway::Gateway>;
