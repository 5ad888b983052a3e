//! A means of payment is kept without a payment: the shopper gives it to the gateway, by its script and a secret of ours,
//! and what comes of it is read there.

use entity::CustomerId;
use sea_orm::DbErr;

use crate::app::App;
use crate::payment::SharedGateway;
use crate::payment::gateway::{DEADLINE, GatewayState, Setup, UNKNOWN_CUSTOMER};
use crate::payment::method::customer::{customer_at_gateway, known, replace_customer};
use crate::payment::method::keep::keep;
use crate::payment::method::query::{PaymentMethod, customer_called, methods_of};
use crate::platform::error::{Fault, Result};
use crate::platform::locale::{Message, message};

/// Means of payment of a customer at most.
pub const METHODS_MAX: usize = 20;

/// Why no means of payment was kept.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum SetupError {
    /// No such gateway.
    UnknownGateway,
    /// The gateway keeps no means of payment.
    NotKept,
    /// There are as many as there may be.
    Full,
    /// The customer has begun no such thing.
    NotFound,
    /// The shopper must do something first.
    ActionRequired,
    /// The gateway has not decided.
    Pending,
    /// Refused, in the words of the gateway.
    Declined(String),
    /// The gateway does not answer.
    Away,
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl SetupError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::UnknownGateway => message!("gateway-not-found"),
            Self::NotKept => message!("payment-methods-not-kept"),
            Self::Full => message!("payment-methods-full", max = METHODS_MAX),
            Self::NotFound => message!("payment-method-not-found"),
            Self::ActionRequired => message!("payment-action-required"),
            Self::Pending => message!("payment-pending"),
            Self::Declined(_) => message!("payment-declined"),
            Self::Away => message!("gateway-away"),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<DbErr> for SetupError {
    fn from(error: DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Begins to keep a means of payment of `customer` with a gateway.
///
/// # Errors
/// See [`SetupError`].
pub async fn begin_setup(app: &App, customer: CustomerId, gateway: &str) -> Result<Setup, SetupError> {
    let gateway = keeping(app, gateway)?;
    if methods_of(&app.db, customer).await?.len() >= METHODS_MAX {
        return Err(SetupError::Full);
    }
    let name = customer_at_gateway(app, gateway, customer).await.map_err(away)?;
    let begun = in_time(gateway.begin_setup(&name, &app.ids.uuid().to_string())).await?;
    if begun.state != GatewayState::Failed(UNKNOWN_CUSTOMER.to_owned()) {
        return Ok(begun);
    }
    replace_customer(app, gateway, customer, &name).await.map_err(away)?;
    let name = customer_at_gateway(app, gateway, customer).await.map_err(away)?;
    in_time(gateway.begin_setup(&name, &app.ids.uuid().to_string())).await
}

/// Keeps what the shopper has given the gateway, once it is there.
///
/// # Errors
/// See [`SetupError`].
pub async fn complete_setup(
    app: &App,
    customer: CustomerId,
    gateway: &str,
    reference: &str,
) -> Result<PaymentMethod, SetupError> {
    let gateway = keeping(app, gateway)?;
    let id = gateway.info().id;
    let mine = known(&app.db, &id, customer).await?.ok_or(SetupError::NotFound)?;
    let setup = in_time(gateway.read_setup(reference))
        .await?
        .ok_or(SetupError::NotFound)?;
    // Whoever learns the id of somebody else's must not get the card with it.
    if setup.customer.as_deref() != Some(mine.as_str()) {
        return Err(SetupError::NotFound);
    }
    match setup.state {
        GatewayState::Succeeded => {}
        GatewayState::RequiresAction(_) => return Err(SetupError::ActionRequired),
        GatewayState::Failed(reason) => return Err(SetupError::Declined(reason)),
        GatewayState::Pending | GatewayState::Authorized => return Err(SetupError::Pending),
        GatewayState::Cancelled => return Err(SetupError::NotFound),
    }
    let method = setup.method.ok_or(SetupError::Pending)?;
    let tx = app.db.begin().await?;
    let kept = keep(&tx, &app.ids, app.clock.now(), (&id, customer), &method).await?;
    tx.commit().await?;
    kept.ok_or(SetupError::NotFound)
}

/// A gateway tells that a setup has moved: what it says now is kept. False when it is of no customer of ours.
///
/// # Errors
/// When the gateway does not answer; those of the database.
pub(crate) async fn setup_told(app: &App, gateway: &SharedGateway, reference: &str) -> Result<bool> {
    let read = tokio::time::timeout(DEADLINE, gateway.read_setup(reference)).await;
    let Some(setup) = read.map_err(|late| Fault::part("gateway", late))?? else {
        return Ok(false);
    };
    let id = gateway.info().id;
    let Some(name) = setup.customer else { return Ok(false) };
    let Some(customer) = customer_called(&app.db, &id, &name).await? else {
        return Ok(false);
    };
    if let (GatewayState::Succeeded, Some(method)) = (setup.state, setup.method) {
        let tx = app.db.begin().await?;
        keep(&tx, &app.ids, app.clock.now(), (&id, customer), &method).await?;
        tx.commit().await?;
    }
    Ok(true)
}

fn keeping<'a>(app: &'a App, gateway: &str) -> Result<&'a SharedGateway, SetupError> {
    let gateway = app.payments.get(gateway).ok_or(SetupError::UnknownGateway)?;
    if gateway.keeps_methods() {
        Ok(gateway)
    } else {
        Err(SetupError::NotKept)
    }
}

async fn in_time<T>(call: impl Future<Output = Result<T>>) -> Result<T, SetupError> {
    match tokio::time::timeout(DEADLINE, call).await {
        Ok(result) => result.map_err(away),
        Err(_) => Err(SetupError::Away),
    }
}

/// What goes wrong with a gateway is told; what goes wrong here is not.
fn away(fault: Fault) -> SetupError {
    match fault {
        fault @ Fault::Part { .. } => {
            tracing::warn!(%fault, "the gateway does not answer");
            SetupError::Away
        }
        fault => SetupError::Fault(fault),
    }
}
