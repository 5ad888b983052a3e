//! The cart becomes an order, once, whoever asks how often.

use entity::cart::cart;
use entity::cart::cart::CartStatus;
use entity::order::order_line;
use entity::order::orders::{FulfillmentState, OrderStatus, PaymentState};
use entity::payment::payment::PaymentStatus;
use entity::{CustomerId, OrderId, OrderLineId, PaymentId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};

use crate::app::App;
use crate::cart::{LoadedCart, load_by_token};
use crate::checkout::start_payment::{ATTEMPTS, StartError, check, claim_of, note};
use crate::inventory::{self, Claimed, Shortage};
use crate::order::{self, NewOrder, NewOrderLine, Order};
use crate::payment::gateway::DEADLINE;
use crate::payment::{self, GatewayState, Payment, Says};
use crate::platform::db::{constraint_of, retry_conflicts};
use crate::platform::error::{Fault, Result};
use crate::platform::locale::{Message, message};
use crate::platform::money::Money;

/// A checkout to complete.
#[derive(Clone, Debug)]
pub struct CompleteCheckout {
    /// The cart.
    pub cart_token: String,
    /// The payment that pays it.
    pub payment: PaymentId,
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
    /// The stock went elsewhere after the reservation lapsed. The money goes back.
    #[error(transparent)]
    Shortage(#[from] Shortage),
    /// The cart cannot become an order as it is.
    #[error(transparent)]
    Cart(StartError),
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
            Self::Shortage(shortage) => shortage.message(),
            Self::Cart(error) => error.message(),
            Self::Fault(_) => message!("failed"),
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
/// See [`CompleteError`]. With a shortage the payment is called off and the gateway gives the money back.
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
    payment: PaymentId,
    expected_total: Option<Money>,
) -> Result<Option<Order>, CompleteError> {
    if cart.row.status == CartStatus::Completed {
        let order = order::order_of_cart(&app.db, cart.row.id).await?;
        return Ok(Some(
            order.ok_or(Fault::Invariant("a completed cart without an order"))?,
        ));
    }
    let payment = payment::payment_by_id(&app.db, payment).await?;
    let payment = payment
        .filter(|p| p.cart_id == cart.row.id)
        .ok_or(CompleteError::NoPayment)?;
    let payment = settled(app, payment).await?;
    check(cart).map_err(|error| match error {
        StartError::Fault(fault) => CompleteError::Fault(fault),
        other => CompleteError::Cart(other),
    })?;
    let total = cart.channel.money(cart.totals.total);
    let paid = Money::new(payment.amount, cart.channel.currency);
    if paid != total || expected_total.is_some_and(|expected| expected != total) {
        return Err(CompleteError::TotalMismatch(total));
    }
    let number = order::next_number(&app.db).await?;
    match retry_conflicts(db_error, || place(app, cart, &payment, &number)).await {
        Err(CompleteError::Shortage(shortage)) => {
            retry_conflicts(Fault::db, || give_money_back(app, &payment, "out_of_stock")).await?;
            Err(shortage.into())
        }
        // An imported order has the number already: the next one is tried.
        Err(CompleteError::Fault(Fault::Db(error))) if constraint_of(&error).as_deref() == Some("uq_orders_number") => {
            Ok(None)
        }
        other => other,
    }
}

fn db_error(error: &CompleteError) -> Option<&DbErr> {
    match error {
        CompleteError::Fault(Fault::Db(error)) => Some(error),
        _ => None,
    }
}

/// The payment once it has succeeded; asks the gateway when it is still open here.
pub(super) async fn settled(app: &App, payment: Payment) -> Result<Payment, CompleteError> {
    let open = matches!(payment.status, PaymentStatus::Pending | PaymentStatus::RequiresAction);
    let payment = if open { ask(app, payment).await? } else { payment };
    match payment.status {
        PaymentStatus::Succeeded | PaymentStatus::Authorized => Ok(payment),
        PaymentStatus::Failed | PaymentStatus::Cancelled => Err(CompleteError::Declined(payment.failure)),
        PaymentStatus::RequiresAction => Err(CompleteError::ActionRequired),
        PaymentStatus::Pending => Err(CompleteError::Pending),
    }
}

async fn ask(app: &App, payment: Payment) -> Result<Payment> {
    let Some(gateway) = app.payments.get(&payment.gateway) else {
        return Ok(payment);
    };
    let says = match tokio::time::timeout(DEADLINE, gateway.read(&payment::handle_of(&payment))).await {
        Ok(Ok(Some(snapshot))) => Says::Snapshot(Box::new(snapshot)),
        Ok(Ok(None)) => Says::NeverStarted,
        Ok(Err(error)) => {
            tracing::warn!(payment = %payment.id, %error, "the gateway failed, the payment stays as it is");
            return Ok(payment);
        }
        Err(_) => return Ok(payment),
    };
    let same = match says.state() {
        GatewayState::Pending => payment.status == PaymentStatus::Pending,
        GatewayState::RequiresAction(_) => payment.status == PaymentStatus::RequiresAction,
        _ => false,
    };
    if same {
        Ok(payment)
    } else {
        note(app, &payment, &says).await
    }
}

/// Writes the order. None when the cart is no longer as it was read.
async fn place(app: &App, cart: &LoadedCart, payment: &Payment, number: &str) -> Result<Option<Order>, CompleteError> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let closed = cart::Entity::update_many()
        .col_expr(cart::Column::Status, Expr::value(CartStatus::Completed))
        .col_expr(cart::Column::Version, Expr::col(cart::Column::Version).add(1))
        .col_expr(cart::Column::UpdatedAt, Expr::value(now))
        .filter(cart::Column::Id.eq(cart.row.id))
        .filter(cart::Column::Status.eq(CartStatus::Open))
        .filter(cart::Column::Version.eq(cart.row.version))
        .exec(&tx)
        .await?;
    if closed.rows_affected == 0 {
        return Ok(None);
    }
    let (new, claims) = order_of(app, cart, payment, number);
    let order = order::place(&tx, &app.ids, now, new).await?;
    if !payment::attach_to_order(&tx, &app.ids, now, payment, order.id).await? {
        return Ok(None);
    }
    // Last: these are the rows that other checkouts wait for.
    let who = Claimed {
        ids: &app.ids,
        now,
        cart: cart.row.id,
        locations: &cart.channel.locations,
    };
    inventory::allocate(&tx, who, &order.id.to_string(), &claims).await??;
    tx.commit().await?;
    Ok(Some(order))
}

fn order_of(
    app: &App,
    cart: &LoadedCart,
    payment: &Payment,
    number: &str,
) -> (NewOrder, Vec<(OrderLineId, inventory::Claim)>) {
    let now = app.clock.now();
    let id: OrderId = app.ids.new_id();
    let mut claims = Vec::new();
    let mut lines = Vec::with_capacity(cart.lines.len());
    for (line, totals) in cart.lines.iter().zip(&cart.totals.lines) {
        let line_id = app.ids.new_id();
        claims.extend(claim_of(line).map(|claim| (line_id, claim)));
        let product = line.product.as_ref().map_or("", |p| p.product.name.as_str());
        let variant = &line.variant.row;
        let name = if variant.name.is_empty() {
            product.to_owned()
        } else {
            format!("{product} – {}", variant.name)
        };
        let row = order_line::Model {
            id: line_id,
            order_id: id,
            variant_id: Some(variant.id),
            sku: variant.sku.clone(),
            name,
            quantity: line.row.quantity,
            unit_price: line.unit_price,
            discount_total: 0,
            tax_rate_bp: totals.tax_rate_bp,
            tax_total: totals.tax,
            total: totals.total,
            position: 0,
        };
        lines.push(NewOrderLine { id: line_id, row });
    }
    let row = Order {
        id,
        number: number.to_owned(),
        channel_id: cart.row.channel_id,
        cart_id: Some(cart.row.id),
        customer_id: cart.row.customer_id,
        email: cart.row.email.clone(),
        access_token: app.ids.secret(),
        status: OrderStatus::Open,
        payment_status: PaymentState::Pending,
        fulfillment_status: FulfillmentState::Unfulfilled,
        currency_code: cart.channel.currency.to_string(),
        tax_included: cart.channel.tax_included,
        subtotal: cart.totals.subtotal,
        discount_total: cart.totals.discount,
        shipping_total: cart.totals.shipping,
        tax_total: cart.totals.tax,
        total: cart.totals.total,
        paid_total: payment.captured_amount,
        refunded_total: payment.refunded_amount,
        shipping_address: cart.row.shipping_address.clone(),
        billing_address: cart.row.billing_address.clone(),
        delivery_name: cart.delivery.as_ref().map(|option| option.name.clone()),
        content_hash: None,
        placed_at: now,
        created_at: now,
    };
    let authorized = payment.authorized_amount;
    (NewOrder { row, lines, authorized }, claims)
}

/// Calls a payment off here, and has a job make the gateway give the money back. When somebody else made the order with
/// it meanwhile, it stays.
pub(super) async fn give_money_back(app: &App, payment: &Payment, reason: &str) -> Result<()> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    if payment::call_off(&tx, &app.ids, now, payment.id, reason).await? {
        inventory::release(&tx, now, payment.cart_id).await?;
    }
    Ok(tx.commit().await?)
}
