//! A PaymentIntent is made.

use entity::PaymentId;
use entity::payment::payment::CaptureMethod;
use miniserde::json::Value;

use super::amount::{UNSUPPORTED, to_stripe};
use super::find::EXPANDED;
use super::form::Form;
use super::part::Part;
use super::snapshot::BY_STOREFRONT;
use super::wire::CallError;
use super::{StripeGateway, decline};
use crate::payment::gateway::{GatewayState, Snapshot, StartRequest};
use crate::platform::error::Result;

/// The means of payment that are taken: cards, and wallets with cards in them. Others have no final word for days, and the
/// stock of a checkout is not kept so long.
pub(super) const KINDS: &str = "payment_method_types[0]";

/// The key of the one request that can open a payment.
pub(super) fn start_key(payment: PaymentId) -> String {
    format!("merx-start-{payment}")
}

impl StripeGateway {
    pub(super) async fn start_payment(&self, request: &StartRequest) -> Result<Snapshot> {
        let Some(amount) = to_stripe(request.amount) else {
            return Ok(refused(request, UNSUPPORTED.to_owned()));
        };
        let answer = self
            .post(
                "/payment_intents",
                &start_key(request.payment),
                form_of(request, amount),
            )
            .await;
        let refusal = match answer {
            Ok(intent) => return self.snapshot(Part::from(&intent)).await,
            Err(CallError::Refused(refusal)) if refusal.is_final() => refusal,
            Err(error) => return Err(error.into()),
        };
        let reason = decline::reason(refusal.error());
        // A card that is declined leaves an intent behind, other refusals leave none.
        let intent = refusal.error().at("payment_intent");
        if !intent.is_object() {
            return Ok(refused(request, reason));
        }
        let mut snapshot = self.snapshot(intent).await?;
        snapshot.payment = Some(request.payment);
        snapshot.state = GatewayState::Failed(reason);
        Ok(snapshot)
    }
}

/// With a means of payment the intent is confirmed at once; without one the storefront confirms it, with Stripe's script
/// and the client secret.
fn form_of(request: &StartRequest, amount: i64) -> Form {
    let token = request.saved_method.as_deref().or(request.token.as_deref());
    let form = Form::default()
        .set("amount", amount)
        .set("currency", request.amount.currency.code().to_ascii_lowercase())
        .set(
            "capture_method",
            match request.capture {
                CaptureMethod::Automatic => "automatic",
                CaptureMethod::Manual => "manual",
            },
        )
        .set(KINDS, "card")
        .set("metadata[merx_payment]", request.payment)
        .maybe("customer", request.customer.as_deref())
        .maybe(
            "setup_future_usage",
            (request.save_method && request.customer.is_some()).then_some("on_session"),
        )
        .expand(EXPANDED);
    let Some(token) = token else {
        return form.set("metadata[merx_confirmed_by]", BY_STOREFRONT);
    };
    let form = form.set("confirm", true);
    let form = match token {
        // Tokens of Stripe's older script and of its documentation.
        token if token.starts_with("tok_") => form
            .set("payment_method_data[type]", "card")
            .set("payment_method_data[card][token]", token),
        token if token.starts_with("ctoken_") => form.set("confirmation_token", token),
        token => form.set("payment_method", token),
    };
    match &request.return_url {
        Some(url) => form.set("return_url", url),
        // Nowhere to come back to: the script asks for 3-D Secure.
        None => form.set("use_stripe_sdk", true),
    }
}

/// A payment that Stripe has no object of: the reference only says so.
fn refused(request: &StartRequest, reason: String) -> Snapshot {
    Snapshot {
        payment: Some(request.payment),
        reference: format!("refused_{}", request.payment),
        state: GatewayState::Failed(reason),
        amount: request.amount,
        authorized: 0,
        captured: 0,
        fee: 0,
        refunds: Vec::new(),
        disputes: Vec::new(),
        method: None,
        method_reference: None,
    }
}

/// Whether `reference` is one of Stripe's, and not [`refused`].
pub(super) fn is_intent(reference: &str) -> bool {
    reference.starts_with("pi_")
}

/// The id of an object.
pub(super) fn id_of(value: &Value) -> Result<String> {
    Ok(Part::from(value).needed_text("id")?.to_owned())
}
