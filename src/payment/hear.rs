//! What a gateway says of a payment goes into our books, and has what follows from it done. Joins the transaction of its
//! caller.

use entity::PaymentId;
use entity::payment::payment::PaymentStatus;

use crate::app::App;
use crate::payment::gateway::GatewayState;
use crate::payment::jobs::CancelAtGateway;
use crate::payment::query::Payment;
use crate::payment::record::{Says, apply};
use crate::payment::told::{GatewayToldPaid, PaymentReturned};
use crate::platform::db::Tx;
use crate::platform::error::{Fault, Result};
use crate::platform::event;
use crate::platform::jobs;

/// Writes down what a gateway says, and says whether it moved the payment. A payment that was called off or given up here
/// while the gateway was still at it is called off there too, and its buyer told: nobody pays for nothing.
pub(crate) async fn write_down(tx: &Tx, app: &App, id: PaymentId, says: &Says) -> Result<(Payment, bool)> {
    let (row, moved) = apply(tx, &app.ids, app.clock.now(), id, says).await?;
    let row = row.ok_or(Fault::Invariant("a payment vanished"))?;
    let given_up = matches!(row.status, PaymentStatus::Cancelled | PaymentStatus::Failed);
    let state = says.state();
    if !moved && given_up && !matches!(state, GatewayState::Failed(_) | GatewayState::Cancelled) {
        jobs::enqueue(tx, &CancelAtGateway { payment: row.id }).await?;
        if matches!(state, GatewayState::Succeeded) {
            let reason = "too_late".to_owned();
            event::emit(tx, &PaymentReturned { payment: row.id, reason }).await?;
        }
    }
    Ok((row, moved))
}

/// The same where nobody waits for it: emits [`GatewayToldPaid`] for a payment that is paid or promised and paid no order.
/// Says whether it moved the payment.
pub(super) async fn hear(tx: &Tx, app: &App, id: PaymentId, says: &Says) -> Result<bool> {
    let (row, moved) = write_down(tx, app, id, says).await?;
    let paid = matches!(row.status, PaymentStatus::Authorized | PaymentStatus::Succeeded);
    if paid && row.order_id.is_none() {
        let told = GatewayToldPaid {
            payment: row.id,
            cart: row.cart_id,
        };
        event::emit(tx, &told).await?;
    }
    Ok(moved)
}
