//! The gateway is asked how a payment stands.

use entity::PaymentId;

use crate::app::App;
use crate::payment::hear::hear;
use crate::payment::jobs::{gateway_of, within_deadline};
use crate::payment::merge::Says;
use crate::payment::query::{Payment, handle_of, payment_by_id};
use crate::platform::db::retry_conflicts;
use crate::platform::error::{Fault, Result};

/// Asks the gateway of a payment how it stands, and writes down what it says. Gives the payment as it is then; none when
/// there is none.
///
/// # Errors
/// When the gateway does not answer; those of the database.
pub async fn refresh(app: &App, id: PaymentId) -> Result<Option<Payment>> {
    let Some(payment) = payment_by_id(&app.db, id).await? else {
        return Ok(None);
    };
    let says = match within_deadline(gateway_of(app, &payment)?.read(&handle_of(&payment)?)).await? {
        Some(snapshot) => Says::Snapshot(Box::new(snapshot)),
        None => Says::NeverStarted,
    };
    let write = || async {
        let tx = app.db.begin().await?;
        hear(&tx, app, id, &says).await?;
        Ok(tx.commit().await?)
    };
    retry_conflicts(Fault::db, write).await?;
    payment_by_id(&app.db, id).await
}
