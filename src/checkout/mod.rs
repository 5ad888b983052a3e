//! Checkout: the one conductor of the dance of cart, stock, payment and order.
//!
//! Owns no table. Emits [`crate::payment::PaymentReturned`]. Stock is reserved when a payment starts and allocated when the order is
//! placed; the gateway is called between the transactions, never inside one. Whatever is interrupted can be asked for
//! again: a cart becomes one order, whoever comes first: the shopper, the gateway that tells, or the worker that asks.
//! Several payments may share a total; an order is made when they are exactly its total, so that nobody pays too much.

mod complete;
mod give_back;
mod graphql;
mod note;
mod place;
mod ready;
mod settle;
mod share;
mod start_error;
mod start_payment;
mod sweep;
mod together;

use crate::app::App;
use crate::payment::{GatewayToldPaid, PaymentReturned};
use crate::platform::event::Listeners;
use crate::platform::jobs::Registry;

pub use complete::{CompleteCheckout, CompleteError, Completed, complete};
pub use give_back::SendPaymentReturned;
pub use graphql::CheckoutMutation;
pub use ready::{Missing, NotReady};
pub use settle::{CompletePaid, settle};
pub use share::{Cover, PARTS_MAX, Share, ShareError, cover, share};
pub use start_error::StartError;
pub use start_payment::{StartPayment, start_payment};
pub use sweep::sweep;
pub use together::Together;

/// Registers jobs and listeners.
pub fn register(registry: &mut Registry<App>, listeners: &mut Listeners) {
    registry.add(|app: App, job: CompletePaid| async move { settle::complete_paid(&app, job).await });
    registry.add(|app: App, job: SendPaymentReturned| async move { give_back::send(&app, job).await });
    listeners.on(|told: GatewayToldPaid| {
        Some(CompletePaid {
            payment: told.payment,
            cart: told.cart,
        })
    });
    listeners.on(|returned: PaymentReturned| {
        let replaced = returned.reason == start_payment::SUPERSEDED;
        (!replaced).then_some(SendPaymentReturned {
            payment: returned.payment,
            reason: returned.reason,
        })
    });
}
