//! Money that pays nothing goes back.

use entity::{CartId, TypedId};
use sea_orm::{EntityTrait, QuerySelect};
use serde::{Deserialize, Serialize};

use crate::account::account_by_id;
use crate::app::App;
use crate::checkout::complete::OUT_OF_STOCK;
use crate::inventory;
use crate::mail::{self, Envelope, Letter};
use crate::payment::{self, Payment, PaymentReturned};
use crate::platform::db::{Tx, retry_conflicts};
use crate::platform::error::{Fault, Result};
use crate::platform::event;
use crate::platform::jobs::{Job, JobError, Queue};
use crate::platform::locale::Locale;
use crate::platform::money::{Currency, Money};

/// Calls off the payments of a cart that paid no order, has the money given back, gives the reserved stock back, and emits
/// [`PaymentReturned`] for what was paid. What somebody else made an order of meanwhile stays.
pub(super) async fn give_back(app: &App, cart: CartId, reason: &str) -> Result<()> {
    let once = || async {
        let tx = app.db.begin().await?;
        give_back_in(&tx, app, cart, reason).await?;
        Ok(tx.commit().await?)
    };
    retry_conflicts(Fault::db, once).await
}

/// The same in the transaction of the caller. Says whether there was anything to call off.
pub(super) async fn give_back_in(tx: &Tx, app: &App, cart: CartId, reason: &str) -> Result<bool> {
    let now = app.clock.now();
    hold(tx, cart).await?;
    let live = payment::live_of_cart(tx, cart).await?;
    let ids: Vec<_> = live.iter().map(|payment| payment.id).collect();
    let returned = payment::call_off(tx, &app.ids, now, &ids, reason).await?;
    if !returned.is_empty() {
        inventory::release(tx, now, cart).await?;
    }
    for payment in &returned {
        tell(tx, payment, reason).await?;
    }
    Ok(!returned.is_empty())
}

/// Holds the row of a cart for the rest of the transaction, as whoever opens a payment does: what is released by the cart
/// cannot be what a payment that starts meanwhile has reserved.
pub(super) async fn hold(tx: &Tx, cart: CartId) -> Result<()> {
    let row = entity::cart::cart::Entity::find_by_id(cart).lock_exclusive();
    row.one(tx).await?;
    Ok(())
}

/// Emits [`PaymentReturned`] when money was taken or promised.
pub(super) async fn tell(tx: &Tx, payment: &Payment, reason: &str) -> Result<()> {
    if payment.captured_amount == 0 && payment.authorized_amount == 0 {
        return Ok(());
    }
    let returned = PaymentReturned {
        payment: payment.id,
        reason: reason.to_owned(),
    };
    event::emit(tx, &returned).await
}

/// Tells the buyer that the money comes back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SendPaymentReturned {
    /// The payment.
    pub payment: entity::PaymentId,
    /// Why it paid nothing.
    pub reason: String,
}

impl Job for SendPaymentReturned {
    const KIND: &'static str = "checkout.send_payment_returned";
    const QUEUE: Queue = Queue::Mail;

    fn unique_key(&self) -> Option<String> {
        Some(self.payment.to_string())
    }
}

pub(super) async fn send(app: &App, job: SendPaymentReturned) -> Result<(), JobError> {
    let payment = payment::payment_by_id(&app.db, job.payment).await?;
    let payment = payment.ok_or_else(|| JobError::Dead("no such payment".to_owned()))?;
    let cart = entity::cart::cart::Entity::find_by_id(payment.cart_id).one(&app.db);
    // Somebody who was forgotten meanwhile is not written to.
    let Some(cart) = cart.await.map_err(Fault::from)? else {
        return Ok(());
    };
    let Some(to) = cart.email else { return Ok(()) };
    let account = match cart.customer_id {
        Some(customer) => account_by_id(&app.db, customer.uuid()).await?,
        None => None,
    };
    let locale = account
        .and_then(|account| Locale::of_tag(&account.locale))
        .unwrap_or_default();
    let currency: Currency = payment
        .currency_code
        .parse()
        .map_err(|e| Fault::part("currency of a payment", e))?;
    let letter = Letter::PaymentReturned {
        amount: Money::new(payment.amount, currency).formatted(locale.tag()),
        sold_out: job.reason == OUT_OF_STOCK,
    };
    let envelope = Envelope {
        id: format!("payment-returned-{}", payment.id),
        to,
        locale,
    };
    Ok(mail::send(app, envelope, &letter).await?)
}
