//! The shopper pays: stock is reserved, then a payment is opened with the gateway.

use std::time::Duration;

use entity::cart::cart;
use entity::cart::cart::CartStatus;
use entity::payment::payment::PaymentStatus;
use entity::{CustomerId, PaymentMethodId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::app::App;
use crate::cart::{LoadedCart, load_by_token};
use crate::checkout::note::note;
use crate::checkout::ready::{check, claim_of};
use crate::checkout::share::{PARTS_MAX, Share, ShareError, share};
use crate::checkout::start_error::StartError;
use crate::inventory::{self, Claim, Claimed};
use crate::payment::gateway::{DEADLINE, UNKNOWN_CUSTOMER};
use crate::payment::{self, GatewayState, Payment, Says, SharedGateway, StartRequest, gift_card};
use crate::platform::crash::crash_point;
use crate::platform::db::{Tx, retry_conflicts};
use crate::platform::error::{Fault, Result};
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
    /// The means of payment, as the client got it from the gateway; the code of a gift card.
    pub token: Option<String>,
    /// Where the browser returns to after an action.
    pub return_url: Option<String>,
    /// Whoever has signed in: the order that comes of it is theirs.
    pub customer: Option<CustomerId>,
    /// How much of what is still to be paid; all of it when not given.
    pub amount: Option<Money>,
    /// The total that the shopper has seen.
    pub expected_total: Option<Money>,
    /// A means of payment that the customer keeps with the gateway.
    pub payment_method: Option<PaymentMethodId>,
    /// Keep the means of payment for the customer.
    pub save_method: bool,
}

/// Who is to pay.
enum Payer {
    /// Whoever a gateway finds.
    Gateway(SharedGateway, Option<Kept>),
    /// A gift card of this code.
    GiftCard(String),
}

/// A customer, and a means of payment, as the gateway calls them.
#[derive(Clone, Debug, Default)]
struct Kept {
    customer: Option<String>,
    method: Option<String>,
}

/// What came of the wish to pay.
struct Opened {
    payment: Payment,
    /// It was there before, and pays the cart: nothing more is asked of its gateway.
    is_old: bool,
}

/// Reserves the stock of a cart, calls off the earlier payments whose place it takes, opens a new one with the gateway and
/// says where it stands. A gateway that does not answer leaves it pending: `complete` asks again. A gift card pays at
/// once. A cart that is paid is not paid again: its payment is given.
///
/// # Errors
/// See [`StartError`]; nothing is reserved and nothing charged then. A refusal of the gateway is no error here: the
/// payment says FAILED.
pub async fn start_payment(app: &App, command: StartPayment) -> Result<Payment, StartError> {
    let payer = payer_of(app, &command).await?;
    let (Opened { payment, is_old }, currency) = open_for(app, &command, &payer).await?;
    crash_point("checkout.reserved");
    let Payer::Gateway(gateway, kept) = payer else {
        return Ok(payment);
    };
    if is_old {
        return Ok(payment);
    }
    let kept = kept.unwrap_or_default();
    let request = StartRequest {
        payment: payment.id,
        amount: Money::new(payment.amount, currency),
        token: command.token,
        return_url: command.return_url,
        capture: payment.capture_method,
        customer: kept.customer,
        saved_method: kept.method,
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
    crash_point("checkout.charged");
    if let (Some(customer), Some(gone)) = (command.customer, &request.customer)
        && says.state() == GatewayState::Failed(UNKNOWN_CUSTOMER.to_owned())
    {
        // The shopper's next try finds the customer there again.
        if let Err(fault) = payment::replace_customer(app, &gateway, customer, gone).await {
            tracing::warn!(%fault, "a customer whom the gateway forgot was not made again");
        }
    }
    let payment = note(app, &payment, &says).await?;
    crash_point("checkout.noted");
    Ok(payment)
}

async fn payer_of(app: &App, command: &StartPayment) -> Result<Payer, StartError> {
    let keeps = command.save_method || command.payment_method.is_some();
    if command.gateway == gift_card::GATEWAY {
        if keeps {
            return Err(StartError::MethodNotKept);
        }
        let code = command.token.as_deref().unwrap_or_default();
        return Ok(Payer::GiftCard(code.to_owned()));
    }
    let gateway = app.payments.get(&command.gateway);
    let gateway = gateway.cloned().ok_or(StartError::UnknownGateway)?;
    if !keeps {
        return Ok(Payer::Gateway(gateway, None));
    }
    let customer = command.customer.ok_or(StartError::MethodNotKept)?;
    let method = match command.payment_method {
        None => None,
        Some(id) => {
            let kept = payment::kept_method(&app.db, customer, id).await?;
            let kept = kept.filter(|kept| kept.gateway == command.gateway);
            Some(kept.ok_or(StartError::NoMethod)?.reference)
        }
    };
    if !gateway.keeps_methods() {
        return Err(StartError::MethodNotKept);
    }
    let kept = match payment::customer_at_gateway(app, &gateway, customer).await {
        Ok(name) => Some(Kept {
            customer: Some(name),
            method,
        }),
        Err(fault @ Fault::Part { .. }) => {
            tracing::warn!(%fault, "the gateway does not answer");
            if method.is_some() {
                return Err(StartError::Away);
            }
            // The sale goes on, and nothing is kept.
            None
        }
        Err(fault) => return Err(fault.into()),
    };
    Ok(Payer::Gateway(gateway, kept))
}

/// Reserves and opens; reads the cart again when it changes meanwhile.
async fn open_for(app: &App, command: &StartPayment, payer: &Payer) -> Result<(Opened, Currency), StartError> {
    for _ in 0..ATTEMPTS {
        let cart = load_by_token(app, &command.cart_token)
            .await?
            .ok_or(StartError::NoCart)?;
        if cart.row.status == CartStatus::Completed {
            return Err(StartError::Completed);
        }
        check(&cart)?;
        let total = cart.channel.money(cart.totals.total);
        if command.expected_total.is_some_and(|expected| expected != total) {
            return Err(StartError::TotalMismatch(total));
        }
        let open = || reserve_and_open(app, &cart, command, payer);
        if let Some(opened) = retry_conflicts(StartError::db, open).await? {
            return Ok((opened, cart.channel.currency));
        }
    }
    Err(Fault::Invariant("a cart that changes faster than it can be read").into())
}

/// None when the cart is no longer as it was read.
async fn reserve_and_open(
    app: &App,
    cart: &LoadedCart,
    command: &StartPayment,
    payer: &Payer,
) -> Result<Option<Opened>, StartError> {
    let now = app.clock.now();
    let expires_at = now + Duration::from_secs(60 * u64::from(app.config.shop.reservation_minutes));
    let claims: Vec<Claim> = cart.lines.iter().filter_map(claim_of).collect();
    let tx = app.db.begin().await?;
    // First: it holds back whoever else would pay or complete the same cart.
    if !hold_unchanged(&tx, app, cart, command.customer).await? {
        return Ok(None);
    }
    let total = cart.channel.money(cart.totals.total);
    let live = payment::live_of_cart(&tx, cart.row.id).await?;
    let share = share(total, &live, command.amount, &command.gateway).map_err(|error| match error {
        ShareError::NothingDue => StartError::NothingDue,
        ShareError::Amount(due) => StartError::Amount(cart.channel.money(due)),
    })?;
    let (mut amount, instead_of) = match share {
        Share::New { amount, instead_of } => (amount, instead_of),
        Share::Paid(id) => {
            let payment = live.into_iter().find(|payment| payment.id == id);
            tx.commit().await?;
            return Ok(payment.map(|payment| Opened { payment, is_old: true }));
        }
    };
    let may_leave_some = command.amount.is_some() || matches!(payer, Payer::GiftCard(_));
    if may_leave_some && live.len() - instead_of.len() >= PARTS_MAX {
        return Err(StartError::TooMany);
    }
    payment::call_off(&tx, &app.ids, now, &instead_of, SUPERSEDED).await?;
    let who = Claimed {
        ids: &app.ids,
        now,
        cart: cart.row.id,
        locations: &cart.channel.locations,
    };
    inventory::reserve(&tx, who, &claims, expires_at).await??;
    let card = match payer {
        Payer::Gateway(..) => None,
        Payer::GiftCard(code) => Some(gift_card::for_payment(&tx, now, code, cart.channel.currency).await?),
    };
    if let (Some(card), None) = (&card, command.amount) {
        // What it does not hold is paid by other means.
        amount = Ord::min(amount, card.balance);
    }
    let row = Payment {
        id: app.ids.new_id(),
        cart_id: cart.row.id,
        order_id: None,
        gateway: command.gateway.clone(),
        gateway_reference: None,
        // The code of a gift card is a secret, and written down nowhere.
        token: command.token.clone().filter(|_| card.is_none()),
        amount,
        currency_code: cart.channel.currency.to_string(),
        cart_total: total.minor,
        status: PaymentStatus::Pending,
        next_action: None,
        failure: None,
        capture_method: app.config.payments.capture_method(),
        authorized_amount: 0,
        captured_amount: 0,
        capturing_amount: 0,
        refunded_amount: 0,
        refunding_amount: 0,
        disputed_amount: 0,
        fee_amount: 0,
        customer_id: command.customer,
        payment_method_id: command.payment_method,
        save_method: command.save_method,
        method: None,
        checked_at: None,
        version: 0,
        created_at: now,
        updated_at: now,
    };
    let row = match &card {
        None => payment::open_payment(&tx, &app.ids, row).await?,
        // Last: many may spend one card.
        Some(card) => match gift_card::spend(&tx, &app.ids, now, card, row).await? {
            Some(row) => row,
            None => return Ok(None),
        },
    };
    tx.commit().await?;
    Ok(Some(Opened {
        payment: row,
        is_old: false,
    }))
}

/// Why a payment is called off when another one takes its place.
pub(super) const SUPERSEDED: &str = "superseded";

/// Holds the row of a cart for the rest of the transaction and says whose it is. False when it is no longer open, or not
/// as it was read.
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
