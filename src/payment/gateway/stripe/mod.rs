//! Stripe: PaymentIntents, refunds and SetupIntents.
//!
//! Every POST has an idempotency key of ours, made of the id of what it is for, and every object there carries our id
//! in its metadata (`merx_payment`, `merx_refund`). Stripe remembers a key for at least 24 hours; what is repeated later
//! than that looks first ([`StripeGateway::remembers`]).

mod amount;
mod cancel;
mod capture;
mod decline;
mod event;
mod find;
mod form;
mod methods;
mod part;
mod refund;
mod settings;
mod signature;
mod snapshot;
mod start;
mod wire;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use entity::TypedId;
use miniserde::json::Value;
use stripe_client_core::{IdempotencyKey, RequestBuilder, RequestStrategy, StripeMethod};

use crate::config::Config;
use crate::payment::gateway::{
    Answer, CaptureRequest, CustomerRequest, Gateway, GatewayInfo, Handle, InboundEvent, KeptMethod, NotBelieved,
    PaymentsPage, RefundRequest, RefundSnapshot, Setup, Snapshot, StartRequest,
};
use crate::platform::clock::Clock;
use crate::platform::error::Result;
use crate::platform::id::Ids;
use form::Form;
use part::Part;
use settings::Settings;
use wire::{CallError, Wire};

/// How long a key is counted on: an hour less than Stripe says, for clocks that differ.
const KEY_LIFE: TimeDelta = TimeDelta::hours(23);

/// How long whoever starts a payment may be at it: somewhat more than the deadline of a call.
const STARTING: TimeDelta = TimeDelta::seconds(5);

/// Stripe.
pub struct StripeGateway {
    wire: Wire,
    settings: Settings,
    clock: Clock,
}

impl StripeGateway {
    /// Stripe as `config` says; none when it has no key.
    ///
    /// # Errors
    /// A key that cannot be sent.
    pub fn from_config(config: &Config, clock: &Clock, ids: &Ids) -> Result<Option<Self>> {
        let Some(settings) = Settings::from_config(config) else {
            return Ok(None);
        };
        Ok(Some(Self {
            wire: Wire::new(&settings, clock.clone(), ids.clone())?,
            settings,
            clock: clock.clone(),
        }))
    }

    async fn get(&self, path: &str, form: Form) -> Result<Value, CallError> {
        let request = RequestBuilder::new(StripeMethod::Get, path);
        let request = if form.is_empty() { request } else { request.query(&form) };
        request.customize().send(&self.wire).await
    }

    /// Repeats itself with the same `key`.
    async fn post(&self, path: &str, key: &str, form: Form) -> Result<Value, CallError> {
        let key = IdempotencyKey::new(key).map_err(|e| CallError::Unreadable(e.to_string()))?;
        let request = RequestBuilder::new(StripeMethod::Post, path);
        let request = if form.is_empty() { request } else { request.form(&form) };
        let once = request.customize().request_strategy(RequestStrategy::Idempotent(key));
        once.send(&self.wire).await
    }

    /// Not repeated: what is deleted is gone, and asking again finds nothing.
    async fn delete(&self, path: &str) -> Result<Value, CallError> {
        let request = RequestBuilder::new(StripeMethod::Delete, path);
        request.customize().send(&self.wire).await
    }

    /// Whether Stripe still knows the keys of `id`. Ids carry the time at which they were made.
    fn remembers(&self, id: impl TypedId) -> bool {
        self.age(id) < KEY_LIFE
    }

    fn age(&self, id: impl TypedId) -> TimeDelta {
        self.clock.now() - made_at(id)
    }
}

/// When an id was made.
fn made_at(id: impl TypedId) -> DateTime<Utc> {
    let seconds = id.uuid().get_timestamp().map_or(0, |time| time.to_unix().0);
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
        .unwrap_or_default()
}

/// The answer when there is one, none when nobody knows the object.
fn known(answer: Result<Value, CallError>) -> Result<Option<Value>> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(CallError::Refused(refusal)) if refusal.is_not_found() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[async_trait]
impl Gateway for StripeGateway {
    fn info(&self) -> GatewayInfo {
        GatewayInfo {
            id: "stripe".to_owned(),
            name: "Stripe".to_owned(),
            publishable_key: self.settings.publishable_key.clone(),
        }
    }

    async fn start(&self, request: &StartRequest) -> Result<Snapshot> {
        self.start_payment(request).await
    }

    async fn read(&self, payment: &Handle) -> Result<Option<Snapshot>> {
        let found = match payment.reference {
            // Who asks must not stop a start that somebody else waits for.
            None if self.age(payment.payment) < STARTING => Some(self.find_young(payment.payment).await?),
            _ => self.find(payment).await?,
        };
        match found {
            Some(intent) => Ok(Some(self.snapshot(Part::from(&intent)).await?)),
            None => Ok(None),
        }
    }

    async fn capture(&self, request: &CaptureRequest) -> Result<Answer<Snapshot>> {
        self.capture_payment(request).await
    }

    async fn refund(&self, request: &RefundRequest) -> Result<Answer<RefundSnapshot>> {
        self.refund_payment(request).await
    }

    async fn cancel(&self, payment: &Handle) -> Result<()> {
        self.cancel_payment(payment).await
    }

    async fn payments(&self, since: DateTime<Utc>, after: Option<&str>) -> Result<PaymentsPage> {
        self.page(since, after).await
    }

    async fn check(&self) -> Result<()> {
        self.get("/balance", Form::default()).await?;
        Ok(())
    }

    fn signature_header(&self) -> Option<&'static str> {
        Some("stripe-signature")
    }

    fn event(&self, signature: &str, body: &[u8]) -> Result<InboundEvent, NotBelieved> {
        signature::check(&self.settings.webhook_secrets, signature, body, self.clock.now())?;
        event::read(body)
    }

    fn keeps_methods(&self) -> bool {
        true
    }

    async fn customer(&self, request: &CustomerRequest) -> Result<String> {
        self.make_customer(request).await
    }

    async fn begin_setup(&self, customer: &str, key: &str) -> Result<Setup> {
        self.make_setup(customer, key).await
    }

    async fn read_setup(&self, reference: &str) -> Result<Option<Setup>> {
        self.setup(reference).await
    }

    async fn methods(&self, customer: &str) -> Result<Vec<KeptMethod>> {
        self.methods_of(customer).await
    }

    async fn forget_method(&self, reference: &str) -> Result<()> {
        self.detach(reference).await
    }

    async fn forget_customer(&self, reference: &str) -> Result<()> {
        self.remove_customer(reference).await
    }
}
