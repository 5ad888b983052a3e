//! Payments that nobody came back for: the shopper closed the page, the request was lost, the gateway was late. What was
//! paid becomes an order; what cannot become one is given back.

use std::time::Duration;

use crate::app::App;
use crate::cart::load_by_id;
use crate::checkout::complete::{CompleteError, attempt, give_money_back};
use crate::payment::{Payment, payment_by_id, payments_left_open};
use crate::platform::db::retry_conflicts;
use crate::platform::error::{Fault, Result};

/// How long a shopper is left to complete the checkout before the shop does it.
const PATIENCE: Duration = Duration::from_secs(10 * 60);
/// How long a payment may stay without a final word before it is called off.
const ABANDONED: Duration = Duration::from_secs(24 * 3600);
/// Payments looked at in one round.
const ROUND: u64 = 100;

/// Settles the payments that were left open for ten minutes: asks the gateway, and makes the order of those that
/// succeeded. A payment that can pay no order (another total, no stock, a cart that lacks something) is called off, and
/// so is one that has had no final word for a day.
///
/// # Errors
/// Those of the database. The failure of one payment is logged and does not stop the others.
pub async fn settle(app: &App) -> Result<()> {
    let before = app.clock.now() - PATIENCE;
    for payment in payments_left_open(&app.db, before, ROUND).await? {
        if let Err(error) = settle_one(app, &payment).await {
            tracing::warn!(payment = %payment.id, %error, "a payment that was left open could not be settled yet");
        }
    }
    Ok(())
}

async fn settle_one(app: &App, payment: &Payment) -> Result<()> {
    let cart = load_by_id(app, payment.cart_id).await?;
    let cart = cart.ok_or(Fault::Invariant("a payment without its cart"))?;
    let reason = match attempt(app, &cart, payment.id, None).await {
        Ok(Some(_)) => {
            let now = payment_by_id(&app.db, payment.id).await?;
            if now.is_some_and(|payment| payment.order_id.is_some()) {
                return Ok(());
            }
            // Another payment made the order.
            "superseded"
        }
        // Somebody is changing the cart: the next round looks again.
        Ok(None) => return Ok(()),
        Err(CompleteError::Pending | CompleteError::ActionRequired) => {
            if app.clock.now() - payment.created_at < chrono::TimeDelta::from_std(ABANDONED).unwrap_or_default() {
                return Ok(());
            }
            "abandoned"
        }
        Err(CompleteError::Fault(fault)) => return Err(fault),
        // Refused, or called off already.
        Err(CompleteError::Declined(_) | CompleteError::Shortage(_)) => return Ok(()),
        Err(CompleteError::TotalMismatch(_)) => "total_mismatch",
        Err(CompleteError::NoCart | CompleteError::NoPayment | CompleteError::Cart(_)) => "cart_cannot_be_bought",
    };
    tracing::info!(payment = %payment.id, reason, was = ?payment.status, "payment called off");
    retry_conflicts(Fault::db, || give_money_back(app, payment, reason)).await
}
