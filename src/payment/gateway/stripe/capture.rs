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
    /// where another one is to follow it is told so, and refuses where the card or the account does not allow several.
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
        let path = format!("/payment_intents/{}/capture", before.reference);
        let key = format!("merx-capture-{}", request.capture);
        let form = || Form::default().set("amount_to_capture", amount).expand(EXPANDED);
        let answer = match request.is_final {
            true => self.post(&path, &key, form()).await,
            false => self.post(&path, &key, form().set("final_capture", false)).await,
        };
        // All that there is, or what was all when this was asked for before.
        let whole = before.authorized == request.amount.minor || before.authorized == 0;
        let answer = match answer {
            // Nothing is left for a later one: no need to be allowed several.
            Err(CallError::Refused(refusal)) if refusal.is_final() && !request.is_final && whole => {
                self.post(&path, &format!("{key}-whole"), form()).await
            }
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
