//! Money goes back.

use entity::RefundId;

use super::amount::{UNSUPPORTED, to_stripe};
use super::form::Form;
use super::part::Part;
use super::start::id_of;
use super::wire::CallError;
use super::{StripeGateway, decline, snapshot};
use crate::payment::gateway::{Answer, RefundRequest, RefundSnapshot};
use crate::platform::error::{Fault, Result};
use crate::platform::money::Currency;

impl StripeGateway {
    /// Gives money back once.
    pub(super) async fn refund_payment(&self, request: &RefundRequest) -> Result<Answer<RefundSnapshot>> {
        let Some(amount) = to_stripe(request.amount) else {
            return Ok(Answer::Refused(UNSUPPORTED.to_owned()));
        };
        let currency = request.amount.currency;
        let intent = self.find(&request.payment).await?;
        let intent = intent.ok_or(Fault::Invariant("Stripe never heard of a payment to refund"))?;
        let intent = id_of(&intent)?;
        if !self.remembers(request.refund)
            && let Some(done) = self.refund_made(&intent, request.refund, currency).await?
        {
            return Ok(Answer::Done(done));
        }
        let form = Form::default()
            .set("payment_intent", &intent)
            .set("amount", amount)
            .set("metadata[merx_payment]", request.payment.payment)
            .set("metadata[merx_refund]", request.refund);
        let key = format!("merx-refund-{}", request.refund);
        match self.post("/refunds", &key, form).await {
            Ok(refund) => Ok(Answer::Done(snapshot::refund(Part::from(&refund), currency)?)),
            Err(CallError::Refused(refusal)) if refusal.is_final() => {
                Ok(Answer::Refused(decline::reason(refusal.error())))
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn refund_made(&self, intent: &str, id: RefundId, currency: Currency) -> Result<Option<RefundSnapshot>> {
        let list = self.refunds_of(intent).await?;
        let refunds = Part::from(&list).items("data");
        let ours = refunds.iter().find(|refund| snapshot::refund_of(**refund) == Some(id));
        ours.map(|refund| snapshot::refund(*refund, currency)).transpose()
    }
}
