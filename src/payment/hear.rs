//! What a gateway says of a payment goes into our books, and has what follows from it done. Joins the transaction of its
//! caller.

use entity::PaymentId;
use entity::payment::payment::PaymentStatus;

use crate::app::App;
use crate::payment::apply::{Applied, apply};
use crate::payment::events::{GatewayToldPaid, PaymentReturned};
use crate::payment::merge::Says;
use crate::payment::method::keep_of_payment;
use crate::payment::query::Payment;
use crate::platform::db::Tx;
use crate::platform::error::{Fault, Result};
use crate::platform::event;

/// Writes down what a gateway says, and says whether it changed the status of the payment. When money came for one that
/// was called off or given up here, its buyer is told that it goes back.
pub(crate) async fn write_down(tx: &Tx, app: &App, id: PaymentId, says: &Says) -> Result<(Payment, Applied)> {
    let applied = apply(tx, &app.ids, app.clock.now(), id, says).await?;
    let row = applied.payment.clone().ok_or(Fault::Invariant("a payment vanished"))?;
    if let Some(snapshot) = says.snapshot() {
        keep_of_payment(tx, &app.ids, app.clock.now(), &row, snapshot).await?;
    }
    let money_came = row.captured_amount > row.refunded_amount + row.refunding_amount;
    if applied.changed && row.status == PaymentStatus::Cancelled && row.order_id.is_none() && money_came {
        let reason = "too_late".to_owned();
        event::emit(
            tx,
            &PaymentReturned {
                payment: row.id,
                reason,
            },
        )
        .await?;
    }
    Ok((row, applied))
}

/// The same where nobody waits for it: emits [`GatewayToldPaid`] for a payment that is paid or promised and paid no order.
/// Says whether it changed anything.
pub(super) async fn hear(tx: &Tx, app: &App, id: PaymentId, says: &Says) -> Result<bool> {
    let (row, applied) = write_down(tx, app, id, says).await?;
    let paid = matches!(row.status, PaymentStatus::Authorized | PaymentStatus::Succeeded);
    if paid && row.order_id.is_none() {
        let told = GatewayToldPaid {
            payment: row.id,
            cart: row.cart_id,
        };
        event::emit(tx, &told).await?;
    }
    Ok(applied.changed)
}
