//! What gateways say of a payment, asked for and written down.

use entity::payment::payment::PaymentStatus;

use crate::app::App;
use crate::checkout::give_back::hold;
use crate::inventory;
use crate::payment::gateway::DEADLINE;
use crate::payment::{self, GatewayState, Payment, Says};
use crate::platform::db::retry_conflicts;
use crate::platform::error::{Fault, Result};

/// The payment as it is once its gateway was asked; as it was when the gateway does not answer.
pub(super) async fn ask(app: &App, payment: Payment) -> Result<Payment> {
    let Some(gateway) = app.payments.get(&payment.gateway) else {
        return Ok(payment);
    };
    let says = match tokio::time::timeout(DEADLINE, gateway.read(&payment::handle_of(&payment)?)).await {
        Ok(Ok(Some(snapshot))) => Says::Snapshot(Box::new(snapshot)),
        Ok(Ok(None)) => Says::NeverStarted,
        Ok(Err(error)) => {
            tracing::warn!(payment = %payment.id, %error, "the gateway failed, the payment stays as it is");
            return Ok(payment);
        }
        Err(_) => return Ok(payment),
    };
    let same = match says.state() {
        GatewayState::Pending => payment.status == PaymentStatus::Pending,
        GatewayState::RequiresAction(_) => payment.status == PaymentStatus::RequiresAction,
        _ => false,
    };
    if same {
        Ok(payment)
    } else {
        note(app, &payment, &says).await
    }
}

/// Writes down what the gateway says of a payment; a refusal gives the reserved stock back when nobody else pays.
pub(super) async fn note(app: &App, payment: &Payment, says: &Says) -> Result<Payment> {
    let write = || note_once(app, payment, says);
    retry_conflicts(Fault::db, write).await
}

async fn note_once(app: &App, payment: &Payment, says: &Says) -> Result<Payment> {
    let tx = app.db.begin().await?;
    if matches!(says.state(), GatewayState::Failed(_)) {
        hold(&tx, payment.cart_id).await?;
    }
    let (row, applied) = payment::write_down(&tx, app, payment.id, says).await?;
    if applied.moved
        && row.status == PaymentStatus::Failed
        && payment::live_of_cart(&tx, payment.cart_id).await?.is_empty()
    {
        inventory::release(&tx, app.clock.now(), payment.cart_id).await?;
    }
    tx.commit().await?;
    Ok(row)
}
