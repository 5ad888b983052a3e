//! Authorised money is taken.

use super::amount::{UNSUPPORTED, to_stripe};
use super::find::EXPANDED;
use super::form::Form;
use super::part::Part;
use super::wire::CallError;
use super::{StripeGateway, decline};
use crate::payment::gateway::{Answer, CaptureRequest, Snapshot};
use crate::platform::error::{Fault, Result};

impl StripeGateway {
    /// Takes money once. Without a word about what follows, a capture at Stripe is the last one and lets the rest go: only
    /// where another one is to follow it is told so, and that takes a card and an account that allow several.
    pub(super) async fn capture_payment(&self, request: &CaptureRequest) -> Result<Answer<Snapshot>> {
        let Some(amount) = to_stripe(request.amount) else {
            return Ok(Answer::Refused(UNSUPPORTED.to_owned()));
        };
        let intent = self.find(&request.payment).await?;
        let intent = intent.ok_or(Fault::Invariant("Stripe never heard of a payment to capture"))?;
        let before = self.snapshot(Part::from(&intent)).await?;
        if !self.remembers(request.capture) && before.authorized < request.amount.minor {
            // It was asked for so long ago that the key is forgotten: what is there says whether it was done.
            let done = before.captured >= request.amount.minor;
            return Ok(if done {
                Answer::Done(before)
            } else {
                Answer::Refused("amount_too_large".to_owned())
            });
        }
        let more = !request.is_final && before.authorized > request.amount.minor;
        if more && !allows_several(Part::from(&intent)) {
            return Ok(Answer::Refused("multicapture_unavailable".to_owned()));
        }
        let path = format!("/payment_intents/{}/capture", before.reference);
        let key = format!("merx-capture-{}", request.capture);
        let ask = |more: bool| {
            let form = Form::default()
                .set("amount_to_capture", amount)
                .maybe("final_capture", more.then_some(false))
                .expand(EXPANDED);
            self.post(&path, &key, form)
        };
        let answer = match ask(more).await {
            // It was asked for before, when more or less was left to take than now: the same question gets the answer
            // that it got then.
            Err(CallError::Refused(refusal)) if refusal.is_other_use_of_key() => ask(!more).await,
            answer => answer,
        };
        match answer {
            Ok(intent) => Ok(Answer::Done(self.snapshot(Part::from(&intent)).await?)),
            Err(CallError::Refused(refusal)) if refusal.is_final() => {
                Ok(Answer::Refused(decline::reason(refusal.error())))
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn allows_several(intent: Part<'_>) -> bool {
    let details = intent.at("latest_charge").at("payment_method_details");
    details.at("card").at("multicapture").text("status") == Some("available")
}
