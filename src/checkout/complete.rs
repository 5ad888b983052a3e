//! The cart becomes an order, once, whoever asks how often.

use entity::cart::cart::CartStatus;
use entity::payment::payment::PaymentStatus;
use entity::{CustomerId, PaymentId};
use futures_util::future::try_join_all;
use sea_orm::DbErr;

use crate::app::App;
use crate::cart::{LoadedCart, load_by_token};
use crate::checkout::give_back::give_back;
use crate::checkout::note::ask;
use crate::checkout::place::{Paid, place};
use crate::checkout::ready::{NotReady, check};
use crate::checkout::share::{Cover, cover};
use crate::checkout::start_payment::ATTEMPTS;
use crate::inventory::Shortage;
use crate::order::{self, Order};
use crate::payment::{self, Payment};
use crate::platform::db::{constraint_of, retry_conflicts};
use crate::platform::error::{Fault, Result};
use crate::platform::locale::{Message, message};
use crate::platform::money::Money;

/// A checkout to complete.
#[derive(Clone, Debug)]
pub struct CompleteCheckout {
    /// The cart.
    pub cart_token: String,
    /// A payment that must be among those that pay it; none when any will do, or nothing is due.
    pub payment: Option<PaymentId>,
    /// The total that the shopper has seen.
    pub expected_total: Option<Money>,
    /// Whoever has signed in: the order is theirs.
    pub customer: Option<CustomerId>,
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
/// See [`CompleteError`]. With a shortage the payments are called off and the gateways give the money back.
pub async fn complete(app: &App, command: CompleteCheckout) -> Result<Order, CompleteError> {
    for _ in 0..ATTEMPTS {
        let mut cart = load_by_token(app, &command.cart_token)
            .await?
            .ok_or(CompleteError::NoCart)?;
        cart.row.customer_id = command.customer.or(cart.row.customer_id);
        if let Some(order) = attempt(app, &cart, command.payment, command.expected_total).await? {
            return Ok(order);
        }
    }
    Err(Fault::Invariant("a cart that changes faster than it can be read").into())
}

/// Makes the order of `cart`, or gives the one that it became. None when the cart is no longer as it was read.
pub(super) async fn attempt(
    app: &App,
    cart: &LoadedCart,
    named: Option<PaymentId>,
    expected_total: Option<Money>,
) -> Result<Option<Order>, CompleteError> {
    if cart.row.status == CartStatus::Completed {
        let order = order::order_of_cart(&app.db, cart.row.id).await?;
        return Ok(Some(
            order.ok_or(Fault::Invariant("a completed cart without an order"))?,
        ));
    }
    let Some(payments) = heard_of(app, cart, named).await? else {
        return Ok(None);
    };
    check(cart)?;
    let total = cart.channel.money(cart.totals.total);
    let (by, beside) = match cover(total.minor, &payments) {
        Cover::ActionRequired => return Err(CompleteError::ActionRequired),
        Cover::Pending => return Err(CompleteError::Pending),
        _ if expected_total.is_some_and(|expected| expected != total) => {
            return Err(CompleteError::TotalMismatch(total));
        }
        Cover::OtherTotal => return Err(CompleteError::TotalMismatch(total)),
        Cover::Missing(missing) => return Err(CompleteError::Insufficient(cart.channel.money(missing))),
        Cover::Exact { by, beside } => (by, beside),
    };
    let by = payments
        .into_iter()
        .filter(|payment| by.contains(&payment.id))
        .collect();
    let paid = Paid { by, beside };
    let number = order::next_number(&app.db).await?;
    match retry_conflicts(CompleteError::db, || place(app, cart, &paid, &number)).await {
        Err(CompleteError::Shortage(shortage)) => {
            give_back(app, cart, OUT_OF_STOCK).await?;
            Err(shortage.into())
        }
        // An imported order has the number already: the next one is tried.
        Err(CompleteError::Fault(Fault::Db(error))) if constraint_of(&error).as_deref() == Some("uq_orders_number") => {
            Ok(None)
        }
        other => other,
    }
}

/// Why money goes back when the goods went elsewhere.
pub(super) const OUT_OF_STOCK: &str = "out_of_stock";

/// The payments of a cart that are not over, once the gateways of those without a final word were asked. None when the
/// `named` one has paid an order meanwhile.
///
/// # Errors
/// When the `named` payment is none of the cart's, or was refused or called off; when there was one payment, and its
/// gateway has just refused it.
async fn heard_of(
    app: &App,
    cart: &LoadedCart,
    named: Option<PaymentId>,
) -> Result<Option<Vec<Payment>>, CompleteError> {
    let live = payment::live_of_cart(&app.db, cart.row.id).await?;
    if let Some(named) = named
        && !live.iter().any(|payment| payment.id == named)
    {
        let over = payment::payment_by_id(&app.db, named).await?;
        let over = over.filter(|payment| payment.cart_id == cart.row.id);
        let over = over.ok_or(CompleteError::NoPayment)?;
        return match over.order_id {
            Some(_) => Ok(None),
            None => Err(CompleteError::Declined(over.failure)),
        };
    }
    let open = |payment: &Payment| matches!(payment.status, PaymentStatus::Pending | PaymentStatus::RequiresAction);
    let payments = if live.iter().any(open) {
        let asked = live.into_iter().map(|payment| async move {
            match open(&payment) {
                true => ask(app, payment).await,
                false => Ok(payment),
            }
        });
        try_join_all(asked).await?
    } else {
        live
    };
    let is_over = |payment: &Payment| matches!(payment.status, PaymentStatus::Failed | PaymentStatus::Cancelled);
    let alone = payments.len() == 1;
    let (over, live): (Vec<Payment>, Vec<Payment>) = payments.into_iter().partition(is_over);
    match over.into_iter().find(|payment| alone || Some(payment.id) == named) {
        Some(refused) => Err(CompleteError::Declined(refused.failure)),
        None => Ok(Some(live)),
    }
}
