//! The port to those who move money.

mod test;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use entity::PaymentId;
use entity::payment::payment::NextAction;

use crate::config::Config;
use crate::platform::clock::Clock;
use crate::platform::error::{Fault, Result};
use crate::platform::money::Money;

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
}

/// Where a payment stands with the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GatewayState {
    /// No final word yet.
    Pending,
    /// The shopper must do something.
    RequiresAction(NextAction),
    /// The money is there.
    Succeeded,
    /// Refused, with the reason.
    Failed(String),
    /// Called off or given back.
    Cancelled,
}

/// A gateway. Every call may be repeated without a second effect.
#[async_trait]
pub trait Gateway: Send + Sync {
    /// How it presents itself.
    fn info(&self) -> GatewayInfo;

    /// Opens a payment; gives the gateway's id of it and where it stands.
    ///
    /// # Errors
    /// When the gateway cannot be reached. Whether it heard the request is then unknown.
    async fn start(&self, request: &StartRequest) -> Result<(String, GatewayState)>;

    /// Where the payment stands now. None when the gateway never heard of it.
    ///
    /// # Errors
    /// When the gateway cannot be reached.
    async fn state(&self, payment: PaymentId) -> Result<Option<GatewayState>>;

    /// Gives back all that was taken, or calls off what was not.
    ///
    /// # Errors
    /// When the gateway cannot be reached.
    async fn cancel(&self, payment: PaymentId) -> Result<()>;

    /// Answers the action of a payment for the shopper: the test gateway's page does. Others have pages of their own.
    ///
    /// # Errors
    /// When the state cannot be kept.
    async fn confirm(&self, payment: PaymentId, success: bool) -> Result<()> {
        let _ = (payment, success);
        Err(Fault::Invariant("this gateway has pages of its own"))
    }
}

/// The gateways of the configuration.
#[derive(Clone, Default)]
pub struct Gateways(Vec<Arc<dyn Gateway>>);

impl Gateways {
    /// The gateways that `config` asks for.
    ///
    /// # Errors
    /// When the folder of the test gateway cannot be made.
    pub fn from_config(config: &Config, data_dir: &Path, clock: &Clock) -> Result<Self> {
        let mut gateways: Vec<Arc<dyn Gateway>> = Vec::new();
        if config.test_gateway() {
            gateways.push(Arc::new(TestGateway::new(
                data_dir.join("test-gateway"),
                clock.clone(),
            )?));
        }
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
