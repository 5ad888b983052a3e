//! The shopper pays: stock is reserved, then a payment is opened with the gateway.

use std::time::Duration;

use entity::CustomerId;
use entity::cart::cart;
use entity::cart::cart::CartStatus;
use entity::payment::payment::{CaptureMethod, PaymentStatus};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};

use crate::app::App;
use crate::config::PaymentCapture;
use crate::cart::{LoadedCart, LoadedLine, Problem, load_by_token};
use crate::inventory::{self, Claim, Claimed, Shortage};
use crate::payment::gateway::DEADLINE;
use crate::payment::{self, Payment, Says, StartRequest};
use crate::platform::db::{Tx, retry_conflicts};
use crate::platform::error::{Fault, Result};
use crate::platform::locale::{Message, message};
use crate::platform::money::{Currency, Money};

/// How often a cart that changes under our hands is read again.
pub(super) const ATTEMPTS: usize = 5;

/// A payment to start.
#[derive(Clone, Debug)]
pub struct StartPayment {
    /// The cart.
    pub cart_token: String,
    /// Name of the gateway.
    pub gateway: String,
    /// The means of payment, as the client got it from the gateway.
    pub token: Option<String>,
    /// Where the browser returns to after an action.
    pub return_url: Option<String>,
    /// Whoever has signed in: the order that comes of it is theirs.
    pub customer: Option<CustomerId>,
}

/// What a cart lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub enum Missing {
    /// It is empty.
    Lines,
    /// Nobody to confirm to.
    Email,
    /// Nowhere to go.
    ShippingAddress,
    /// No way to get there.
    Delivery,
}

impl Missing {
    /// What it says to people.
    pub fn message(self) -> Message {
        match self {
            Self::Lines => message!("cart-empty"),
            Self::Email => message!("cart-without-email"),
            Self::ShippingAddress => message!("cart-without-address"),
            Self::Delivery => message!("cart-without-delivery"),
        }
    }

    /// The field of the cart, by its name in the API.
    pub fn field(self) -> &'static str {
        match self {
            Self::Lines => "lines",
            Self::Email => "email",
            Self::ShippingAddress => "shippingAddress",
            Self::Delivery => "selectedDelivery",
        }
    }
}

/// Why no payment was started.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum StartError {
    /// Nobody has the token.
    NoCart,
    /// The cart has become an order.
    Completed,
    /// The cart lacks something.
    #[error(transparent)]
    Incomplete(#[from] Missing),
    /// A line is no longer on sale.
    Unavailable {
        /// The line, from 0.
        line: usize,
    },
    /// There are fewer units than asked for.
    #[error(transparent)]
    Shortage(#[from] Shortage),
    /// No such gateway.
    UnknownGateway,
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl StartError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::NoCart => message!("cart-not-found"),
            Self::Completed => message!("cart-completed"),
            Self::Incomplete(missing) => missing.message(),
            Self::Unavailable { .. } => message!("line-not-for-sale"),
            Self::Shortage(shortage) => shortage.message(),
            Self::UnknownGateway => message!("gateway-not-found"),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<DbErr> for StartError {
    fn from(error: DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// What a cart must have before it can be paid or become an order.
pub(super) fn check(cart: &LoadedCart) -> Result<(), StartError> {
    if cart.lines.is_empty() {
        return Err(Missing::Lines.into());
    }
    if cart.row.email.is_none() {
        return Err(Missing::Email.into());
    }
    if cart.requires_shipping() {
        if cart.row.shipping_address.is_none() {
            return Err(Missing::ShippingAddress.into());
        }
        if cart.delivery.is_none() {
            return Err(Missing::Delivery.into());
        }
    }
    for problem in cart.problems() {
        // Stock is decided by the claim, which counts what this cart has reserved already.
        if let Problem::Unavailable { line } = problem {
            return Err(StartError::Unavailable { line });
        }
    }
    Ok(())
}

/// The claim of a line on stock; none when its stock is not tracked.
pub(super) fn claim_of(line: &LoadedLine) -> Option<Claim> {
    let claim = || Claim {
        variant: line.row.variant_id,
        quantity: i64::from(line.row.quantity),
    };
    line.variant.row.track_inventory.then(claim)
}

/// Reserves the stock of a cart, calls off its earlier payments, opens a new one with the gateway and says where it
/// stands. A gateway that does not answer leaves it pending: `complete` asks again.
///
/// # Errors
/// See [`StartError`]; nothing is reserved and nothing charged then. A refusal of the gateway is no error here: the
/// payment says FAILED.
pub async fn start_payment(app: &App, command: StartPayment) -> Result<Payment, StartError> {
    let gateway = app
        .payments
        .get(&command.gateway)
        .cloned()
        .ok_or(StartError::UnknownGateway)?;
    let (payment, currency) = open_for(app, &command).await?;
    let request = StartRequest {
        payment: payment.id,
        amount: Money::new(payment.amount, currency),
        token: command.token,
        return_url: command.return_url,
        capture: payment.capture_method,
        customer: None,
        saved_method: None,
        save_method: payment.save_method,
    };
    let says = match tokio::time::timeout(DEADLINE, gateway.start(&request)).await {
        Ok(Ok(snapshot)) => Says::Snapshot(Box::new(snapshot)),
        Ok(Err(error)) => {
            tracing::warn!(payment = %payment.id, %error, "the gateway failed, the payment stays pending");
            Says::Nothing
        }
        Err(_) => {
            tracing::warn!(payment = %payment.id, "the gateway did not answer, the payment stays pending");
            Says::Nothing
        }
    };
    Ok(note(app, &payment, &says).await?)
}

/// Reserves and opens; reads the cart again when it changes meanwhile.
async fn open_for(app: &App, command: &StartPayment) -> Result<(Payment, Currency), StartError> {
    for _ in 0..ATTEMPTS {
        let cart = load_by_token(app, &command.cart_token)
            .await?
            .ok_or(StartError::NoCart)?;
        if cart.row.status == CartStatus::Completed {
            return Err(StartError::Completed);
        }
        check(&cart)?;
        if let Some(payment) = retry_conflicts(db_error, || reserve_and_open(app, &cart, command)).await? {
            return Ok((payment, cart.channel.currency));
        }
    }
    Err(Fault::Invariant("a cart that changes faster than it can be read").into())
}

/// Writes down what the gateway says of a payment; a refusal gives the reserved stock back. A payment that was called
/// off or given up here while the gateway was still at it is called off there too: nobody pays for nothing.
pub(super) async fn note(app: &App, payment: &Payment, says: &Says) -> Result<Payment> {
    let write = || note_once(app, payment, says);
    retry_conflicts(Fault::db, write).await
}

async fn note_once(app: &App, payment: &Payment, says: &Says) -> Result<Payment> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let applied = payment::apply(&tx, &app.ids, now, payment.id, says).await?;
    let row = applied.payment.ok_or(Fault::Invariant("a payment vanished"))?;
    if applied.moved && row.status == PaymentStatus::Failed {
        inventory::release(&tx, now, payment.cart_id).await?;
    }
    tx.commit().await?;
    Ok(row)
}

/// The error of the database, if that is what went wrong.
pub(super) fn db_error(error: &StartError) -> Option<&DbErr> {
    match error {
        StartError::Fault(Fault::Db(error)) => Some(error),
        _ => None,
    }
}

/// None when the cart is no longer as it was read.
async fn reserve_and_open(app: &App, cart: &LoadedCart, command: &StartPayment) -> Result<Option<Payment>, StartError> {
    let now = app.clock.now();
    let expires_at = now + Duration::from_secs(60 * u64::from(app.config.shop.reservation_minutes));
    let claims: Vec<Claim> = cart.lines.iter().filter_map(claim_of).collect();
    let tx = app.db.begin().await?;
    // First: it holds back a checkout of the same cart that would take the payment called off below.
    if !hold_unchanged(&tx, app, cart, command.customer).await? {
        return Ok(None);
    }
    payment::call_off_open(&tx, &app.ids, now, cart.row.id).await?;
    let who = Claimed {
        ids: &app.ids,
        now,
        cart: cart.row.id,
        locations: &cart.channel.locations,
    };
    inventory::reserve(&tx, who, &claims, expires_at).await??;
    let row = Payment {
        id: app.ids.new_id(),
        cart_id: cart.row.id,
        order_id: None,
        gateway: command.gateway.clone(),
        gateway_reference: None,
        token: command.token.clone(),
        amount: cart.totals.total,
        currency_code: cart.channel.currency.to_string(),
        status: PaymentStatus::Pending,
        next_action: None,
        failure: None,
        capture_method: capture_method(app),
        authorized_amount: 0,
        captured_amount: 0,
        capturing_amount: 0,
        refunded_amount: 0,
        refunding_amount: 0,
        disputed_amount: 0,
        fee_amount: 0,
        customer_id: command.customer,
        payment_method_id: None,
        save_method: false,
        method: None,
        checked_at: None,
        version: 0,
        created_at: now,
        updated_at: now,
    };
    let row = payment::open_payment(&tx, &app.ids, row).await?;
    tx.commit().await?;
    Ok(Some(row))
}

fn capture_method(app: &App) -> CaptureMethod {
    match app.config.shop.payment_capture {
        PaymentCapture::Automatic => CaptureMethod::Automatic,
        PaymentCapture::Manual => CaptureMethod::Manual,
    }
}

/// Holds the row of a cart for the rest of the transaction and says whose it is. False when it is no longer open, or not as it was read.
async fn hold_unchanged(tx: &Tx, app: &App, cart: &LoadedCart, customer: Option<CustomerId>) -> Result<bool> {
    let customer = customer.or(cart.row.customer_id);
    let held = cart::Entity::update_many()
        .col_expr(cart::Column::UpdatedAt, Expr::value(app.clock.now()))
        .col_expr(cart::Column::CustomerId, Expr::value(customer))
        .filter(cart::Column::Id.eq(cart.row.id))
        .filter(cart::Column::Status.eq(CartStatus::Open))
        .filter(cart::Column::Version.eq(cart.row.version))
        .exec(tx)
        .await?;
    Ok(held.rows_affected == 1)
}
