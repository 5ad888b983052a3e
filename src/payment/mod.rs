//! Payments: money asked of a gateway for a cart.
//!
//! Owns the tables `payment`, `payment_event`, `payment_capture`, `refund`, `dispute`. Emits [`PaymentSucceeded`] and
//! [`PaymentChanged`]. Invariants: the id of a payment is its idempotency key at the gateway; a payment pays at most one
//! order; its history is only added to; whatever moves money is in the books in the same transaction. No gateway is
//! called inside a transaction: what must happen there later is a job.

mod apply;
mod books;
mod cover;
mod events;
pub mod gateway;
pub mod gift_card;
mod graphql;
mod hear;
pub mod inbox;
mod jobs;
mod merge;
mod query;
mod record;

use std::sync::Arc;

use crate::app::App;
use crate::payment::inbox::ProcessEvent;
use crate::platform::jobs::Registry;

pub(crate) use cover::{attach_to_order, call_off, live_of_cart};
pub use events::{GatewayToldPaid, PaymentChanged, PaymentNews, PaymentReturned, PaymentSucceeded};
pub use gateway::{GatewayState, Gateways, StartRequest};
pub use graphql::{PaymentObject, PaymentsOfCart, PaymentsOfOrder};
pub(crate) use hear::write_down;
pub use jobs::CancelAtGateway;
pub(crate) use merge::Says;
pub use query::{Payment, payment_by_id, payments_of_carts, payments_of_orders};
pub(crate) use query::{handle_of, take_left_open};
pub(crate) use record::open_payment;

/// Registers the jobs.
pub fn register(registry: &mut Registry<App>) {
    registry.add(|app: App, job: CancelAtGateway| async move { jobs::cancel_at_gateway(&app, job).await });
    registry.add(|app: App, job: ProcessEvent| async move { inbox::process(&app, job).await });
}

/// A gateway, shared.
pub type SharedGateway = Arc<dyn gateway::Gateway>;
