//! Payments that nobody came back for: the shopper closed the page, the request was lost, the gateway was late. What was
//! paid becomes an order; what cannot become one is given back.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use entity::{CartId, PaymentId};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::checkout::complete::{CompleteError, TOTAL_MISMATCH, complete_by_id};
use crate::checkout::give_back::give_back;
use crate::checkout::start_payment::SUPERSEDED;
use crate::payment::{self, take_left_open};
use crate::platform::error::Result;
use crate::platform::jobs::{Job, JobError, Queue};

/// How long a shopper is left to complete the checkout before the shop does it.
const PATIENCE: TimeDelta = TimeDelta::minutes(10);
/// How long a part of the total may be paid before it goes back because nobody paid the rest.
const HALF_PAID: TimeDelta = TimeDelta::hours(1);
/// How long a payment may stay without a final word before it is called off.
const ABANDONED: TimeDelta = TimeDelta::hours(24);
/// Payments looked at in one round.
const ROUND: u64 = 100;

/// Settles the payments that were left open for ten minutes: asks the gateways, and makes the order of those that
/// succeeded. Payments that can pay no order (another total, no stock, a cart that lacks something) are called off, and
/// so are those that pay a part of which nobody paid the rest, or that have had no final word for a day.
///
/// # Errors
/// Those of the database. The failure of one cart is logged and does not stop the others.
pub async fn settle(app: &App) -> Result<()> {
    let now = app.clock.now();
    let open = take_left_open(&app.db, now, now - PATIENCE, ROUND).await?;
    let carts: BTreeSet<CartId> = open.into_iter().map(|payment| payment.cart_id).collect();
    for cart in carts {
        if let Err(error) = settle_cart(app, cart).await {
            tracing::warn!(%cart, %error, "payments that were left open could not be settled yet");
        }
    }
    Ok(())
}

async fn settle_cart(app: &App, id: CartId) -> Result<()> {
    let live = payment::live_of_cart(&app.db, id).await?;
    let Some(newest) = live.iter().map(|payment| payment.created_at).max() else {
        return Ok(());
    };
    let idle = app.clock.now() - newest;
    if idle < PATIENCE {
        // The shopper is at it again.
        return Ok(());
    }
    let reason = match complete_by_id(app, id).await {
        // Whatever is left has paid nothing: other payments made the order.
        Ok(_) => SUPERSEDED,
        Err(CompleteError::Insufficient(_)) if idle < HALF_PAID => return Ok(()),
        Err(CompleteError::Pending | CompleteError::ActionRequired) if idle < ABANDONED => return Ok(()),
        Err(CompleteError::Insufficient(_) | CompleteError::Pending | CompleteError::ActionRequired) => "abandoned",
        Err(CompleteError::Fault(fault)) => return Err(fault),
        // Refused, or called off already.
        Err(CompleteError::Declined(_) | CompleteError::Shortage(_)) => return Ok(()),
        Err(CompleteError::TotalMismatch(_)) => TOTAL_MISMATCH,
        Err(CompleteError::NoCart | CompleteError::NoPayment | CompleteError::NotReady(_)) => "cart_cannot_be_bought",
    };
    if reason != SUPERSEDED {
        tracing::info!(cart = %id, reason, "payments called off");
    }
    give_back(app, id, reason).await
}

/// Completes the checkout of a payment that its gateway says, by itself or when asked, has been paid or promised.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CompletePaid {
    /// The payment.
    pub payment: PaymentId,
    /// Its cart.
    pub cart: CartId,
}

impl Job for CompletePaid {
    const KIND: &'static str = "checkout.complete_paid";
    const QUEUE: Queue = Queue::Orders;
}

/// Makes the order when the payments of the cart cover it. When they do not, the shopper goes on, or [`settle`] does. A
/// payment that comes when there is an order without it goes back.
pub(super) async fn complete_paid(app: &App, job: CompletePaid) -> Result<(), JobError> {
    match complete_by_id(app, job.cart).await {
        // The order may have been there before, and paid by others.
        Ok(_) => Ok(give_back(app, job.cart, SUPERSEDED).await?),
        Err(CompleteError::Fault(fault)) => Err(fault.into()),
        // The money is on its way back, or what is missing is somebody else's to say.
        Err(error) => {
            tracing::info!(payment = %job.payment, %error, "a payment without an order yet");
            Ok(())
        }
    }
}
