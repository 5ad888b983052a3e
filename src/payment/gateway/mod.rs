//! The port to those who move money.

mod stripe;
mod test;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use entity::payment::dispute::DisputeStatus;
use entity::payment::payment::{CaptureMethod, NextAction};
use entity::payment::payment_method::MethodDetails;
use entity::payment::refund::RefundStatus;
use entity::{CaptureId, CustomerId, PaymentId, RefundId};

use crate::config::Config;
use crate::platform::clock::Clock;
use crate::platform::error::{Fault, Result};
use crate::platform::id::Ids;
use crate::platform::money::Money;

pub use stripe::StripeGateway;
pub use test::TestGateway;

/// How long a gateway may take to answer. A payment that hears nothing stays pending and is asked about later.
pub const DEADLINE: Duration = Duration::from_secs(3);

/// What a shopper is told about a gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayInfo {
    /// Name in the API.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Key for the gateway's script in the browser.
    pub publishable_key: Option<String>,
}

/// Money to ask for.
#[derive(Clone, Debug)]
pub struct StartRequest {
    /// Our id; also the idempotency key: the same id never charges twice.
    pub payment: PaymentId,
    /// How much.
    pub amount: Money,
    /// The means of payment, as the client got it from the gateway.
    pub token: Option<String>,
    /// Where the browser returns to after an action.
    pub return_url: Option<String>,
    /// When the money is taken.
    pub capture: CaptureMethod,
    /// The gateway's name for the customer, when one has signed in.
    pub customer: Option<String>,
    /// The gateway's name for the kept means of payment to use.
    pub saved_method: Option<String>,
    /// Keep the means of payment for the customer.
    pub save_method: bool,
}

/// A payment that the gateway may know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handle {
    /// Our id.
    pub payment: PaymentId,
    /// The gateway's own id, when it was heard of.
    pub reference: Option<String>,
    /// What it was to be opened with.
    pub amount: Money,
}

/// Authorised money to take.
#[derive(Clone, Debug)]
pub struct CaptureRequest {
    /// Our id; also the idempotency key.
    pub capture: CaptureId,
    /// Of which payment.
    pub payment: Handle,
    /// How much.
    pub amount: Money,
    /// Whether the rest is let go.
    pub is_final: bool,
}

/// Money to give back.
#[derive(Clone, Debug)]
pub struct RefundRequest {
    /// Our id; also the idempotency key.
    pub refund: RefundId,
    /// Of which payment.
    pub payment: Handle,
    /// How much.
    pub amount: Money,
}

/// Where a payment stands with the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GatewayState {
    /// No final word yet.
    Pending,
    /// The shopper must do something.
    RequiresAction(NextAction),
    /// The money is promised and can be captured.
    Authorized,
    /// The money is there.
    Succeeded,
    /// Refused, with the reason.
    Failed(String),
    /// Called off or given back.
    Cancelled,
}

/// A payment as the gateway knows it: how it is, not what changed. Amounts are minor units of its currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Our id, as the gateway was told; none when the payment was made there by somebody else.
    pub payment: Option<PaymentId>,
    /// The gateway's own id.
    pub reference: String,
    /// Where it stands.
    pub state: GatewayState,
    /// What was asked for.
    pub amount: Money,
    /// What can still be captured.
    pub authorized: i64,
    /// What was captured.
    pub captured: i64,
    /// What the gateway keeps for its work, without that on disputes.
    pub fee: i64,
    /// What went back, or is on its way.
    pub refunds: Vec<RefundSnapshot>,
    /// What banks dispute.
    pub disputes: Vec<DisputeSnapshot>,
    /// What may be shown of the means of payment.
    pub method: Option<MethodDetails>,
    /// The gateway's name for the means of payment, when it is kept.
    pub method_reference: Option<String>,
}

impl Snapshot {
    /// What went back for good.
    pub fn refunded(&self) -> i64 {
        let done = |refund: &&RefundSnapshot| refund.status == RefundStatus::Succeeded;
        self.refunds.iter().filter(done).map(|refund| refund.amount).sum()
    }
}

/// A refund as the gateway knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundSnapshot {
    /// Our id, as the gateway was told; none when it was made there by somebody else.
    pub refund: Option<RefundId>,
    /// The gateway's own id.
    pub reference: String,
    /// Minor units.
    pub amount: i64,
    /// Where it stands.
    pub status: RefundStatus,
    /// Why it failed.
    pub failure: Option<String>,
}

/// A dispute as the gateway knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisputeSnapshot {
    /// The gateway's own id.
    pub reference: String,
    /// What is disputed, minor units.
    pub amount: i64,
    /// What is taken back for it at this moment, minor units.
    pub withdrawn: i64,
    /// What the gateway keeps for its work on it, minor units.
    pub fee: i64,
    /// Why, in the words of the gateway.
    pub reason: String,
    /// Where it stands.
    pub status: DisputeStatus,
    /// Until when evidence can be given.
    pub due_by: Option<DateTime<Utc>>,
}

/// What a gateway says to a wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<T> {
    /// Done, or under way.
    Done(T),
    /// Refused for good, with the reason.
    Refused(String),
}

/// A page of the payments of a gateway, newest first.
#[derive(Clone, Debug, Default)]
pub struct PaymentsPage {
    /// The payments.
    pub payments: Vec<Snapshot>,
    /// Where the next page begins; none behind the last.
    pub next: Option<String>,
}

/// A customer, for the gateway.
#[derive(Clone, Debug)]
pub struct CustomerRequest {
    /// Our id; also the idempotency key.
    pub customer: CustomerId,
    /// The e-mail address.
    pub email: Option<String>,
    /// The gateway's name for the customer that it no longer knows, when a new one takes its place.
    pub instead_of: Option<String>,
}

/// The reason of a payment that failed, or a setup, because the gateway no longer knows the customer: somebody deleted it
/// there.
pub const UNKNOWN_CUSTOMER: &str = "unknown_customer";

/// A means of payment that a customer has with a gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptMethod {
    /// The gateway's own id.
    pub reference: String,
    /// What may be shown.
    pub details: MethodDetails,
}

/// A means of payment on its way to be kept, without a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// The gateway's own id.
    pub reference: String,
    /// The gateway's name for the customer whose it will be.
    pub customer: Option<String>,
    /// What the gateway's script needs.
    pub client_secret: Option<String>,
    /// Where it stands: `RequiresAction` until the shopper has entered something, then `Succeeded`.
    pub state: GatewayState,
    /// What is kept, once it succeeded.
    pub method: Option<KeptMethod>,
}

/// What a gateway tells by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboundEvent {
    /// Its id there: the same one may be told many times.
    pub id: String,
    /// Such as `payment_intent.succeeded`.
    pub kind: String,
    /// What it is about.
    pub subject: EventSubject,
}

/// What an event is about. It only names what to read again: what it says of the object may be old.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventSubject {
    /// A payment, its refunds and disputes among it.
    Payment {
        /// Our id, when the gateway was told.
        payment: Option<PaymentId>,
        /// The gateway's own id.
        reference: String,
    },
    /// A means of payment that was set up for a customer.
    Setup {
        /// The gateway's own id.
        reference: String,
    },
    /// Something that needs nothing from us.
    Other,
}

/// Why something that claims to come from a gateway is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotBelieved {
    /// No signature, or a wrong one.
    #[error("the signature is missing or wrong")]
    Signature,
    /// It was signed too long ago, or in the future.
    #[error("it was signed at another time")]
    Age,
    /// It cannot be read.
    #[error("it cannot be read")]
    Malformed,
}

/// A gateway. Every call may be repeated without a second effect. Errors mean that it cannot be reached, or is not
/// understood: whether it heard the request is then unknown.
#[async_trait]
pub trait Gateway: Send + Sync {
    /// How it presents itself.
    fn info(&self) -> GatewayInfo;

    /// Opens a payment.
    async fn start(&self, request: &StartRequest) -> Result<Snapshot>;

    /// The payment as it is now. None when the gateway never heard of it.
    async fn read(&self, payment: &Handle) -> Result<Option<Snapshot>>;

    /// Takes authorised money.
    async fn capture(&self, request: &CaptureRequest) -> Result<Answer<Snapshot>>;

    /// Gives money back.
    async fn refund(&self, request: &RefundRequest) -> Result<Answer<RefundSnapshot>>;

    /// Gives back all that was taken, and calls off what was not.
    async fn cancel(&self, payment: &Handle) -> Result<()>;

    /// The payments that were opened since `since`, for the comparison of the books; `after` is where the page begins.
    async fn payments(&self, since: DateTime<Utc>, after: Option<&str>) -> Result<PaymentsPage>;

    /// Whether it can be reached, and knows us.
    ///
    /// # Errors
    /// When not.
    async fn check(&self) -> Result<()> {
        Ok(())
    }

    /// The header that signs what it tells by itself; none when it tells nothing.
    fn signature_header(&self) -> Option<&'static str> {
        None
    }

    /// Reads what the gateway tells by itself, once its signature is found right.
    ///
    /// # Errors
    /// When it is not believed.
    fn event(&self, signature: &str, body: &[u8]) -> Result<InboundEvent, NotBelieved> {
        let _ = (signature, body);
        Err(NotBelieved::Signature)
    }

    /// Whether it keeps means of payment: the calls below work then.
    fn keeps_methods(&self) -> bool {
        false
    }

    /// Its name for a customer of ours.
    async fn customer(&self, request: &CustomerRequest) -> Result<String> {
        let _ = request;
        Err(Fault::Invariant("this gateway keeps no means of payment"))
    }

    /// Begins to keep a means of payment for one of its customers. `key` is the idempotency key.
    async fn begin_setup(&self, customer: &str, key: &str) -> Result<Setup> {
        let _ = (customer, key);
        Err(Fault::Invariant("this gateway keeps no means of payment"))
    }

    /// Where that stands. None when the gateway never heard of it.
    async fn read_setup(&self, reference: &str) -> Result<Option<Setup>> {
        let _ = reference;
        Err(Fault::Invariant("this gateway keeps no means of payment"))
    }

    /// The means of payment of one of its customers.
    async fn methods(&self, customer: &str) -> Result<Vec<KeptMethod>> {
        let _ = customer;
        Err(Fault::Invariant("this gateway keeps no means of payment"))
    }

    /// Forgets a means of payment.
    async fn forget_method(&self, reference: &str) -> Result<()> {
        let _ = reference;
        Err(Fault::Invariant("this gateway keeps no means of payment"))
    }

    /// Forgets a customer, and all that they keep.
    async fn forget_customer(&self, reference: &str) -> Result<()> {
        let _ = reference;
        Err(Fault::Invariant("this gateway keeps no means of payment"))
    }

    /// Answers the action of a payment for the shopper: the test gateway's page does. Others have pages of their own.
    async fn confirm(&self, payment: PaymentId, success: bool) -> Result<()> {
        let _ = (payment, success);
        Err(Fault::Invariant("this gateway has pages of its own"))
    }
}

/// Stripe, when `config` has a key of it.
///
/// # Errors
/// A key that is none.
pub fn from_stripe(config: &Config, clock: &Clock, ids: &Ids) -> Result<Option<Arc<dyn Gateway>>> {
    let stripe = StripeGateway::from_config(config, clock, ids)?;
    Ok(stripe.map(|stripe| Arc::new(stripe) as Arc<dyn Gateway>))
}

/// The gateways of the configuration.
#[derive(Clone, Default)]
pub struct Gateways(Vec<Arc<dyn Gateway>>);

impl Gateways {
    /// The gateways that `config` asks for.
    ///
    /// # Errors
    /// When the folder of the test gateway cannot be made, or a key of Stripe is none.
    pub fn from_config(config: &Config, data_dir: &Path, clock: &Clock, ids: &Ids) -> Result<Self> {
        let mut gateways: Vec<Arc<dyn Gateway>> = Vec::new();
        if config.test_gateway() {
            gateways.push(Arc::new(TestGateway::new(
                data_dir.join("test-gateway"),
                clock.clone(),
            )?));
        }
        gateways.extend(from_stripe(config, clock, ids)?);
        Ok(Self(gateways))
    }

    /// These gateways, first to last.
    pub fn new(gateways: Vec<Arc<dyn Gateway>>) -> Self {
        Self(gateways)
    }

    /// What shoppers may choose from.
    pub fn offered(&self) -> impl Iterator<Item = GatewayInfo> {
        self.0.iter().map(|gateway| gateway.info())
    }

    /// The gateway named `id`.
    pub fn get(&self, id: &str) -> Option<&Arc<dyn Gateway>> {
        self.0.iter().find(|gateway| gateway.info().id == id)
    }
}
