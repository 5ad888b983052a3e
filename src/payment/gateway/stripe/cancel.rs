//! A payment is called off.

use entity::payment::refund::RefundStatus;
use miniserde::json::Value;

use super::StripeGateway;
use super::amount::to_stripe;
use super::form::Form;
use super::part::Part;
use super::wire::CallError;
use crate::payment::gateway::{GatewayState, Handle, Snapshot};
use crate::platform::error::{Fault, Result};
use crate::platform::money::Money;

/// How often a payment that moves while it is called off is looked at again.
const LOOKS: usize = 4;

impl StripeGateway {
    /// Calls off what was not taken, and gives back what was. A start that is on its way is stopped: see
    /// [`StripeGateway::find`].
    pub(super) async fn cancel_payment(&self, payment: &Handle) -> Result<()> {
        for _ in 0..LOOKS {
            let Some(intent) = self.find(payment).await? else {
                return Ok(());
            };
            let now = self.snapshot(Part::from(&intent)).await?;
            let open = !matches!(now.state, GatewayState::Cancelled | GatewayState::Succeeded);
            let answer = match going_back(&now) {
                _ if open || now.authorized > 0 => {
                    let path = format!("/payment_intents/{}/cancel", now.reference);
                    // Stripe repeats a refusal to who repeats the key: in another state it is another request.
                    let status = Part::from(&intent).text("status").unwrap_or_default();
                    let key = format!("merx-cancel-{}-{status}", payment.payment);
                    self.post(&path, &key, Form::default()).await
                }
                rest if rest > 0 => self.give_back(payment, &now, rest).await,
                _ => return Ok(()),
            };
            match answer {
                // It moved meanwhile, such as a shopper who confirmed: look again.
                Ok(_) => {}
                Err(CallError::Refused(refusal)) if refusal.is_final() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Fault::part("stripe", "a payment cannot be called off now"))
    }

    /// Gives the rest back. Each try has a key of its own: the last one may have failed at the bank.
    async fn give_back(&self, payment: &Handle, now: &Snapshot, rest: i64) -> Result<Value, CallError> {
        let amount = to_stripe(Money::new(rest, now.amount.currency));
        let form = Form::default()
            .set("payment_intent", &now.reference)
            .maybe("amount", amount)
            .set("metadata[merx_payment]", payment.payment)
            .set("metadata[merx_cancel]", payment.payment);
        let key = format!("merx-cancel-{}-{}-{rest}", payment.payment, now.refunds.len());
        self.post("/refunds", &key, form).await
    }
}

/// What was taken and is not on its way back.
fn going_back(now: &Snapshot) -> i64 {
    let under_way = now
        .refunds
        .iter()
        .filter(|refund| refund.status != RefundStatus::Failed);
    now.captured - under_way.map(|refund| refund.amount).sum::<i64>()
}
