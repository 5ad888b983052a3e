//! The cart becomes an order, once, whoever asks how often.

use entity::cart::cart::CartStatus;
use entity::payment::payment::PaymentStatus;
use entity::{CartId, CustomerId, PaymentId};
use futures_util::{StreamExt, TryStreamExt, stream};
use sea_orm::DbErr;

use crate::app::App;
use crate::cart::{LoadedCart, load_by_id_in, load_by_token_in};
use crate::checkout::give_back::{give_back, give_back_in};
use crate::checkout::note::ask;
use crate::checkout::place::{Paid, Ready, place};
use crate::checkout::ready::{NotReady, check};
use crate::checkout::share::{Cover, cover, is_open};
use crate::checkout::start_payment::ATTEMPTS;
use crate::checkout::together;
use crate::inventory::Shortage;
use crate::order::{self, Order, Written};
use crate::payment::{self, Payment};
use crate::platform::crash::crash_point;
use crate::platform::db::{constraint_of, retry_conflicts};
use crate::platform::error::{Fault, Result};
use crate::platform::locale::{Message, message};
use crate::platform::money::Money;

/// A checkout to complete.
#[derive(Clone, Debug)]
pub struct CompleteCheckout {
    /// The cart.
    pub cart_token: String,
    /// A payment that pays it rather than others; none when any will do, or nothing is due.
    pub payment: Option<PaymentId>,
    /// The total that the shopper has seen. Where it is another one now nothing is sold, and what was paid goes back.
    pub expected_total: Option<Money>,
    /// Whoever has signed in: the order is theirs.
    pub customer: Option<CustomerId>,
}

/// A checkout that is an order.
#[derive(Clone, Debug)]
pub struct Completed {
    /// The order.
    pub order: Order,
    /// What was written with it, when this call made it.
    pub written: Option<Written>,
}

/// Why there is no order.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum CompleteError {
    /// Nobody has the token.
    NoCart,
    /// The cart has no such payment.
    NoPayment,
    /// The gateway refused, or the payment was called off.
    Declined(Option<String>),
    /// The shopper must confirm first.
    ActionRequired,
    /// The gateway has no final word yet.
    Pending,
    /// The total is another one than was expected or paid.
    TotalMismatch(Money),
    /// So much is still to be paid.
    Insufficient(Money),
    /// The stock went elsewhere after the reservation lapsed. The money goes back.
    #[error(transparent)]
    Shortage(#[from] Shortage),
    /// The cart cannot become an order as it is.
    #[error(transparent)]
    NotReady(#[from] NotReady),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl CompleteError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::NoCart => message!("cart-not-found"),
            Self::NoPayment => message!("payment-not-found"),
            Self::Declined(_) => message!("payment-declined"),
            Self::ActionRequired => message!("payment-action-required"),
            Self::Pending => message!("payment-pending"),
            Self::TotalMismatch(total) => message!("total-mismatch", total = *total),
            Self::Insufficient(missing) => message!("payment-insufficient", missing = *missing),
            Self::Shortage(shortage) => shortage.message(),
            Self::NotReady(reason) => reason.message(),
            Self::Fault(_) => message!("failed"),
        }
    }

    /// The error of the database, if that is what went wrong.
    fn db(&self) -> Option<&DbErr> {
        match self {
            Self::Fault(Fault::Db(error)) => Some(error),
            _ => None,
        }
    }
}

impl From<DbErr> for CompleteError {
    fn from(error: DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Makes the order of a paid cart. Asked again, it gives the same order; asked by many at once, all get the one that
/// the first made.
///
/// # Errors
/// See [`CompleteError`]. With a shortage, and where the total is not the one that was expected, the payments are called
/// off and the gateways give the money back.
pub async fn complete(app: &App, command: CompleteCheckout) -> Result<Completed, CompleteError> {
    if let Some(completed) = together::complete(app, &command).await {
        return Ok(completed);
    }
    let wanted = Wanted {
        cart: Whose::Token(&command.cart_token),
        named: command.payment,
        expected_total: command.expected_total,
        customer: command.customer,
    };
    make_order(app, &wanted).await
}

/// The same for a cart that Merx itself completes.
pub(super) async fn complete_by_id(app: &App, cart: CartId) -> Result<Order, CompleteError> {
    let wanted = Wanted {
        cart: Whose::Id(cart),
        named: None,
        expected_total: None,
        customer: None,
    };
    Ok(make_order(app, &wanted).await?.order)
}

/// Which cart is to become an order, and how.
struct Wanted<'a> {
    cart: Whose<'a>,
    named: Option<PaymentId>,
    expected_total: Option<Money>,
    customer: Option<CustomerId>,
}

enum Whose<'a> {
    Token(&'a str),
    Id(CartId),
}

/// What came of an attempt.
enum Step {
    /// The order.
    Done(Box<Completed>),
    /// Something is no longer as it was read.
    Again,
    /// The gateways of these payments have to be asked first.
    Ask(Vec<Payment>),
    /// The stock is gone.
    Short(CartId, Shortage),
}

async fn make_order(app: &App, wanted: &Wanted<'_>) -> Result<Completed, CompleteError> {
    let mut asked = false;
    for _ in 0..ATTEMPTS {
        match retry_conflicts(CompleteError::db, || attempt(app, wanted, asked)).await {
            Ok(Step::Done(completed)) => return Ok(*completed),
            Ok(Step::Again) => {}
            Ok(Step::Ask(payments)) => {
                ask_all(app, payments, wanted.named).await?;
                asked = true;
            }
            Ok(Step::Short(cart, shortage)) => {
                give_back(app, cart, OUT_OF_STOCK).await?;
                return Err(shortage.into());
            }
            // An imported order has the number already: the next one is tried.
            Err(CompleteError::Fault(Fault::Db(error)))
                if constraint_of(&error).as_deref() == Some("uq_orders_number") => {}
            Err(error) => return Err(error),
        }
    }
    Err(Fault::Invariant("a cart that changes faster than it can be read").into())
}

/// Reads the cart and makes its order, or finds the one that it became, in one transaction: each other one would be a
/// way to the database and back, or a sync of its log.
async fn attempt(app: &App, wanted: &Wanted<'_>, asked: bool) -> Result<Step, CompleteError> {
    let tx = app.db.begin().await?;
    let cart = match wanted.cart {
        Whose::Token(token) => load_by_token_in(app, &tx, token).await?,
        Whose::Id(id) => load_by_id_in(app, &tx, id).await?,
    };
    let mut cart = cart.ok_or(CompleteError::NoCart)?;
    cart.row.customer_id = wanted.customer.or(cart.row.customer_id);
    if cart.row.status == CartStatus::Completed {
        let order = order::order_of_cart(&tx, cart.row.id).await?;
        let order = order.ok_or(Fault::Invariant("a completed cart without an order"))?;
        let total = cart.channel.money(order.total);
        if wanted.expected_total.is_some_and(|expected| expected != total) {
            return Err(CompleteError::TotalMismatch(total));
        }
        return Ok(Step::Done(Box::new(Completed { order, written: None })));
    }
    let total = cart.channel.money(cart.totals.total);
    if wanted.expected_total.is_some_and(|expected| expected != total) {
        // The shopper has refused this total: no webhook and no worker may sell at it later.
        if give_back_in(&tx, app, cart.row.id, TOTAL_MISMATCH).await? {
            tx.commit().await?;
        }
        return Err(CompleteError::TotalMismatch(total));
    }
    let live = payment::live_of_cart(&tx, cart.row.id).await?;
    if let Some(named) = wanted.named
        && !live.iter().any(|payment| payment.id == named)
    {
        let over = payment::payment_by_id(&tx, named).await?;
        let over = over.filter(|payment| payment.cart_id == cart.row.id);
        let over = over.ok_or(CompleteError::NoPayment)?;
        return match over.order_id {
            Some(_) => Ok(Step::Again),
            None => Err(CompleteError::Declined(over.failure)),
        };
    }
    if !asked && live.iter().any(is_open) {
        tx.rollback().await?;
        return Ok(Step::Ask(live));
    }
    check(&cart)?;
    let shopper = matches!(wanted.cart, Whose::Token(_));
    let paid = paid_by(&cart, live, wanted.named, shopper)?;
    let ready = Ready { cart, paid };
    match place(app, &tx, &ready).await {
        Ok(Some(completed)) => {
            tx.commit().await?;
            crash_point("checkout.placed");
            Ok(Step::Done(Box::new(completed)))
        }
        Ok(None) => Ok(Step::Again),
        Err(CompleteError::Shortage(shortage)) => {
            tx.rollback().await?;
            Ok(Step::Short(ready.cart.row.id, shortage))
        }
        Err(error) => Err(error),
    }
}

/// What pays the cart, when that is exactly its total; by `named` rather than by others. `shopper`: whether one asks.
pub(super) fn paid_by(
    cart: &LoadedCart,
    payments: Vec<Payment>,
    named: Option<PaymentId>,
    shopper: bool,
) -> Result<Paid, CompleteError> {
    let total = cart.channel.money(cart.totals.total);
    let (by, beside) = match cover(total.minor, &payments, named) {
        Cover::ActionRequired => return Err(CompleteError::ActionRequired),
        Cover::Pending => return Err(CompleteError::Pending),
        Cover::OtherTotal => return Err(CompleteError::TotalMismatch(total)),
        Cover::Missing(missing) => return Err(CompleteError::Insufficient(cart.channel.money(missing))),
        Cover::Exact { by, beside } => (by, beside),
    };
    // Where no shopper asks, the order is for the total that the newest of its payments was started at.
    let pays = |payment: &&Payment| by.is_empty() || by.contains(&payment.id);
    let started_at = payments.iter().rev().find(pays).map(|payment| payment.cart_total);
    if !shopper && started_at.is_some_and(|started_at| started_at != total.minor) {
        return Err(CompleteError::TotalMismatch(total));
    }
    let by = payments
        .into_iter()
        .filter(|payment| by.contains(&payment.id))
        .collect();
    Ok(Paid { by, beside })
}

/// Why money goes back when the goods went elsewhere.
pub(super) const OUT_OF_STOCK: &str = "out_of_stock";
/// Why money goes back when the cart costs something else than was paid or expected.
pub(super) const TOTAL_MISMATCH: &str = "total_mismatch";
/// Gateways that are asked about one cart at once.
const ASKED_AT_ONCE: usize = 3;

/// Asks the gateways of those payments that have no final word, and writes it down.
///
/// # Errors
/// When the `named` payment is refused or called off, or the only one.
async fn ask_all(app: &App, payments: Vec<Payment>, named: Option<PaymentId>) -> Result<(), CompleteError> {
    let alone = payments.len() == 1;
    let open = payments.into_iter().filter(is_open);
    let questions: Vec<_> = open.map(|payment| ask(app, payment)).collect();
    let answers = stream::iter(questions).buffer_unordered(ASKED_AT_ONCE);
    let heard: Vec<Payment> = answers.try_collect().await?;
    let is_over = |payment: &Payment| matches!(payment.status, PaymentStatus::Failed | PaymentStatus::Cancelled);
    let refused = heard
        .into_iter()
        .find(|payment| is_over(payment) && (alone || Some(payment.id) == named));
    match refused {
        Some(refused) => Err(CompleteError::Declined(refused.failure)),
        None => Ok(()),
    }
}
