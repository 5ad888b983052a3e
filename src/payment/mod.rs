//! Payments: money asked of a gateway for a cart.
//!
//! Owns the tables `payment`, `payment_event`, `payment_capture`, `refund`, `dispute`; see `method` for what customers
//! keep, [`gift_card`] and [`inbox`]. Emits [`PaymentChanged`], [`RefundAccepted`], [`GatewayToldPaid`] and
//! [`PaymentReturned`].
//! Invariants: the id of a payment is its idempotency key at the gateway; a payment pays at most one
//! order; its history is only added to; whatever moves money is in the books in the same transaction. No gateway is
//! called inside a transaction: what must happen there later is a job.

mod apply;
mod books;
mod capture;
mod cover;
mod disputes;
mod events;
pub mod gateway;
pub mod gift_card;
mod graphql;
mod hear;
pub mod inbox;
mod jobs;
mod merge;
mod method;
mod query;
pub mod reconcile;
mod record;
mod refresh;
mod refund;
mod void;

use std::sync::Arc;

use crate::app::App;
use crate::payment::inbox::ProcessEvent;
use crate::payment::method::{ForgetCustomer, ForgetMethod};
use crate::payment::reconcile::TellDifferences;
use crate::platform::jobs::Registry;

pub use capture::{CaptureError, CapturePayment, capture};
pub(crate) use cover::{attach_to_orders, call_off, live_of_cart, live_of_carts, worth};
pub use disputes::{DisputeFilter, ListError, count_disputes, list_disputes};
pub use events::{GatewayToldPaid, PaymentChanged, PaymentNews, PaymentReturned, RefundAccepted};
pub use gateway::{GatewayState, Gateways, StartRequest};
pub use graphql::{
    PaymentMutation, PaymentObject, PaymentQuery, PaymentsOfCart, PaymentsOfOrder, RefundObject, RefundsOfOrder,
};
pub(crate) use hear::write_down;
pub use jobs::{CancelAtGateway, FinishCapture, FinishRefund};
pub(crate) use merge::Says;
pub use method::{PaymentMethod, PaymentMethodMutation, PaymentMethodObject, kept_method, methods_of};
pub(crate) use method::{customer_at_gateway, forget_people, replace_customer};
pub use query::{
    Dispute, Payment, PaymentEvent, Refund, disputes_of_payments, events_of_payments, payment_by_id, payments_of_carts,
    payments_of_orders, refunds_of_orders, refunds_of_payments,
};
pub(crate) use query::{GIFT_CARD, handle_of, take_left_open};
pub(crate) use record::open_payment;
pub use refresh::refresh;
pub(crate) use refund::{NewRefund, finish_refund, hold_payments_of_order, refundable, request_refund};
pub use void::{VoidError, VoidPayment, void};

/// Registers the jobs.
pub fn register(registry: &mut Registry<App>) {
    registry.add(|app: App, job: CancelAtGateway| async move { jobs::cancel_at_gateway(&app, job).await });
    registry.add(|app: App, job: ProcessEvent| async move { inbox::process(&app, job).await });
    registry.add(|app: App, job: ForgetMethod| async move { method::forget_method(&app, job).await });
    registry.add(|app: App, job: ForgetCustomer| async move { method::forget_customer(&app, job).await });
    registry.add(|app: App, job: FinishCapture| async move { jobs::finish_capture(&app, job).await });
    registry.add(|app: App, job: FinishRefund| async move { jobs::finish_refund(&app, job).await });
    registry.add(|app: App, job: TellDifferences| async move { reconcile::tell(&app, job).await });
}

/// A gateway, shared.
pub type SharedGateway = Arc<dyn gateway::Gateway>;
