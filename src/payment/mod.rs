//! Payments: money asked of a gateway for a cart.
//!
//! Owns the tables `payment`, `payment_event`; see [`method`] for what customers keep. Emits nothing. Invariants: the id of a payment is its idempotency key at
//! the gateway; a payment pays at most one order; its history is only added to. No gateway is called inside a
//! transaction: what must happen there later is a job.

pub mod gateway;
mod graphql;
mod jobs;
mod method;
mod query;
mod record;

use std::sync::Arc;

use crate::app::App;
use crate::payment::method::{ForgetCustomer, ForgetMethod};
use crate::platform::jobs::Registry;

pub use gateway::{GatewayState, Gateways, StartRequest};
pub use graphql::{PaymentObject, PaymentsOfOrder};
pub use jobs::CancelAtGateway;
pub use method::{PaymentMethod, PaymentMethodMutation, PaymentMethodObject, kept_method, methods_of};
pub(crate) use method::{customer_at_gateway, forget_people, keep_of_payment, setup_told};
pub use query::{Payment, payment_by_id, payments_of_orders};
pub(crate) use query::{handle_of, payments_left_open};
pub(crate) use record::{Says, apply, attach_to_order, call_off, call_off_open, open_payment};

/// Registers the jobs.
pub fn register(registry: &mut Registry<App>) {
    registry.add(|app: App, job: CancelAtGateway| async move { jobs::cancel_at_gateway(&app, job).await });
    registry.add(|app: App, job: ForgetMethod| async move { method::forget_method(&app, job).await });
    registry.add(|app: App, job: ForgetCustomer| async move { method::forget_customer(&app, job).await });
}

/// A gateway, shared.
pub type SharedGateway = Arc<dyn gateway::Gateway>;
