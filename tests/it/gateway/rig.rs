//! A gateway on a bench, with what a shopper and a bank do there.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::PaymentId;
use entity::payment::payment::CaptureMethod;
use merx::payment::gateway::{
    Answer, CaptureRequest, Gateway, GatewayState, Handle, RefundRequest, RefundSnapshot, Snapshot, StartRequest,
    StripeGateway, TestGateway,
};
use merx::platform::clock::Clock;
use merx::platform::id::Ids;
use merx::platform::money::Money;
use stripe_simulator::{Options, Simulator};

use crate::support::config;

/// What signs the webhooks.
pub const WEBHOOK_SECRET: &str = "whsec_new";

/// A gateway and its surroundings.
pub struct Bench {
    pub gateway: Arc<dyn Gateway>,
    pub ids: Ids,
    pub clock: Clock,
    /// Stripe's other side; none for the test gateway.
    pub stripe: Option<Simulator>,
    _folder: tempfile::TempDir,
}

/// How a payment goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Card {
    Good,
    Declined,
    Secure,
}

impl Bench {
    /// The test gateway.
    pub async fn test() -> Self {
        let clock = Clock::system();
        let folder = tempfile::tempdir().expect("a folder");
        let gateway = TestGateway::new(folder.path().join("gateway"), clock.clone()).expect("a gateway");
        Self {
            gateway: Arc::new(gateway),
            ids: Ids::from_os(clock.clone()).expect("ids"),
            clock,
            stripe: None,
            _folder: folder,
        }
    }

    /// Stripe, simulated.
    pub async fn stripe() -> Self {
        Self::stripe_at(Clock::system()).await
    }

    /// Stripe, simulated, at the time of `clock` on our side.
    pub async fn stripe_at(clock: Clock) -> Self {
        let stripe = Simulator::start(Options::default()).await.expect("a simulator");
        let folder = tempfile::tempdir().expect("a folder");
        let ids = Ids::from_os(clock.clone()).expect("ids");
        let gateway = stripe_gateway(stripe.url(), &clock, &ids, folder.path());
        Self {
            gateway: Arc::new(gateway),
            ids,
            clock,
            stripe: Some(stripe),
            _folder: folder,
        }
    }

    /// Stripe at `url`.
    pub async fn at(url: &str) -> Self {
        let clock = Clock::system();
        let folder = tempfile::tempdir().expect("a folder");
        let ids = Ids::from_os(clock.clone()).expect("ids");
        Self {
            gateway: Arc::new(stripe_gateway(url, &clock, &ids, folder.path())),
            ids,
            clock,
            stripe: None,
            _folder: folder,
        }
    }

    /// Another server's adapter to the same Stripe.
    pub fn another(&self) -> StripeGateway {
        stripe_gateway(self.simulator().url(), &self.clock, &self.ids, self._folder.path())
    }

    pub fn simulator(&self) -> &Simulator {
        self.stripe.as_ref().expect("the bench has Stripe on it")
    }

    /// Moves both clocks.
    pub fn set_time(&self, now: DateTime<Utc>) {
        self.clock.set(now);
        self.simulator().set_time(Some(now.timestamp()));
    }

    /// The id of a payment that somebody began a minute ago.
    pub fn old_id(&self) -> PaymentId {
        let then = Clock::frozen(self.clock.now() - chrono::TimeDelta::minutes(1));
        Ids::from_os(then).expect("ids").new_id()
    }

    pub fn token(&self, card: Card) -> String {
        let (test, stripe) = match card {
            Card::Good => ("tok_success", "pm_card_visa"),
            Card::Declined => ("tok_decline", "pm_card_chargeDeclined"),
            Card::Secure => ("tok_3ds", "pm_card_threeDSecure2Required"),
        };
        if self.stripe.is_some() { stripe } else { test }.to_owned()
    }

    pub fn request(&self, card: Card, minor: i64) -> StartRequest {
        StartRequest {
            payment: self.ids.new_id(),
            amount: eur(minor),
            token: Some(self.token(card)),
            return_url: Some("https://shop.example/back".to_owned()),
            capture: CaptureMethod::Automatic,
            customer: None,
            saved_method: None,
            save_method: false,
        }
    }

    pub async fn start(&self, request: &StartRequest) -> Snapshot {
        self.gateway.start(request).await.expect("an answer")
    }

    /// A payment that went through.
    pub async fn paid(&self, minor: i64) -> Snapshot {
        let snapshot = self.start(&self.request(Card::Good, minor)).await;
        assert_eq!(snapshot.state, GatewayState::Succeeded);
        snapshot
    }

    /// A payment that is authorised.
    pub async fn held(&self, minor: i64) -> Snapshot {
        let capture = CaptureMethod::Manual;
        let request = StartRequest {
            capture,
            ..self.request(Card::Good, minor)
        };
        let snapshot = self.start(&request).await;
        assert_eq!(
            (&snapshot.state, snapshot.authorized),
            (&GatewayState::Authorized, minor)
        );
        snapshot
    }

    pub async fn read(&self, handle: &Handle) -> Option<Snapshot> {
        self.gateway.read(handle).await.expect("an answer")
    }

    pub async fn again(&self, snapshot: &Snapshot) -> Snapshot {
        self.read(&handle(snapshot)).await.expect("it is known")
    }

    /// The shopper answers the bank.
    pub async fn answer(&self, snapshot: &Snapshot, success: bool) {
        match &self.stripe {
            Some(stripe) => {
                stripe.challenge(&snapshot.reference, success).expect("a challenge");
            }
            None => {
                let payment = snapshot.payment.expect("ours");
                self.gateway.confirm(payment, success).await.expect("kept");
            }
        }
    }

    pub async fn capture(&self, request: &CaptureRequest) -> Answer<Snapshot> {
        self.gateway.capture(request).await.expect("an answer")
    }

    pub async fn refund(&self, request: &RefundRequest) -> Answer<RefundSnapshot> {
        self.gateway.refund(request).await.expect("an answer")
    }

    pub fn refund_of(&self, snapshot: &Snapshot, minor: i64) -> RefundRequest {
        RefundRequest {
            refund: self.ids.new_id(),
            payment: handle(snapshot),
            amount: eur(minor),
        }
    }

    pub fn capture_of(&self, snapshot: &Snapshot, minor: i64, is_final: bool) -> CaptureRequest {
        CaptureRequest {
            capture: self.ids.new_id(),
            payment: handle(snapshot),
            amount: eur(minor),
            is_final,
        }
    }
}

fn stripe_gateway(url: &str, clock: &Clock, ids: &Ids, folder: &std::path::Path) -> StripeGateway {
    let mut config = config(folder, None);
    config.services.stripe_secret_key = Some("sk_test_hush".into());
    config.services.stripe_publishable_key = Some("pk_test_1".to_owned());
    config.services.stripe_webhook_secret = Some(format!("whsec_old, {WEBHOOK_SECRET}").as_str().into());
    config.services.stripe_api_base = Some(url.to_owned());
    let gateway = StripeGateway::from_config(&config, clock, ids).expect("a gateway");
    gateway.expect("it is configured")
}

pub fn eur(minor: i64) -> Money {
    Money::new(minor, "EUR".parse().expect("a currency"))
}

pub fn handle(snapshot: &Snapshot) -> Handle {
    Handle {
        payment: snapshot.payment.expect("ours"),
        reference: Some(snapshot.reference.clone()),
        amount: snapshot.amount,
    }
}

/// The payment, as it is asked for by who never heard back.
pub fn lost(payment: PaymentId) -> Handle {
    Handle {
        payment,
        reference: None,
        amount: eur(1000),
    }
}

pub fn done<T: std::fmt::Debug>(answer: Answer<T>) -> T {
    match answer {
        Answer::Done(value) => value,
        Answer::Refused(reason) => panic!("refused: {reason}"),
    }
}
