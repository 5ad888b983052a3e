//! Writes the orders of carts. Joins the transaction that has read them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::cart::cart;
use entity::cart::cart::CartStatus;
use entity::order::order_line;
use entity::order::orders::{FulfillmentState, OrderStatus, PaymentState};
use entity::{CartId, OrderId, OrderLineId, PaymentId, TypedId};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{ArrayType, Expr, ExprTrait, Query, TableRef};

use crate::app::App;
use crate::cart::LoadedCart;
use crate::checkout::complete::{CompleteError, Completed};
use crate::checkout::give_back::tell;
use crate::checkout::ready::claim_of;
use crate::checkout::start_payment::SUPERSEDED;
use crate::inventory::{self, Claimed, Held, Taking};
use crate::order::{self, NewOrder, NewOrderLine, Order, Written};
use crate::payment::{self, Payment};
use crate::platform::crash::crash_point;
use crate::platform::db::{GIVEN, Tx, given};
use crate::platform::error::Result;

/// What pays an order.
#[derive(Clone, Debug)]
pub(super) struct Paid {
    /// The payments that pay it, together its total.
    pub by: Vec<Payment>,
    /// Other payments of the cart, which are called off.
    pub beside: Vec<PaymentId>,
}

/// A cart that can become an order.
pub(super) struct Ready {
    /// The cart.
    pub cart: LoadedCart,
    /// What pays it.
    pub paid: Paid,
}

/// Orders on their way.
struct Begun<'a> {
    completed: Vec<Completed>,
    held: Vec<Held<'a>>,
}

/// Writes the order of a cart. None when the cart or a payment is no longer as it was read. Then, and with an error, the
/// caller rolls back.
pub(super) async fn place(app: &App, tx: &Tx, ready: &Ready) -> Result<Option<Completed>, CompleteError> {
    let now = app.clock.now();
    let numbers = close(tx, std::slice::from_ref(ready), now).await?;
    let Some(number) = numbers.into_values().next() else {
        return Ok(None);
    };
    let begun = begin(app, tx, now, &[(ready, number)]).await?;
    let Some(Begun {
        mut completed,
        mut held,
    }) = begun
    else {
        return Ok(None);
    };
    for payment in payment::call_off(tx, &app.ids, now, &ready.paid.beside, SUPERSEDED).await? {
        tell(tx, &payment, SUPERSEDED).await?;
    }
    // Last: these are the rows that other checkouts wait for.
    match held.pop() {
        Some(held) if !held.is_enough() => inventory::allocate(tx, held).await??,
        held => inventory::allocate_held(tx, now, held.as_slice()).await?,
    }
    Ok(completed.pop())
}

/// Writes the orders of carts whose stock is reserved and all of whose payments are needed, in as many statements as one;
/// gives them by the token of the cart. Carts that are no longer as they were read are left out. None when a payment or the
/// stock is not. Then, and with an error, the caller rolls back.
pub(super) async fn place_all(app: &App, tx: &Tx, mut ready: Vec<Ready>) -> Result<Option<HashMap<String, Completed>>> {
    let now = app.clock.now();
    let mut numbers = close(tx, &ready, now).await?;
    ready.retain(|ready| numbers.contains_key(&ready.cart.row.id));
    let numbered = ready
        .iter()
        .filter_map(|ready| Some((ready, numbers.remove(&ready.cart.row.id)?)));
    let numbered: Vec<(&Ready, String)> = numbered.collect();
    if numbered.is_empty() {
        return Ok(None);
    }
    let Some(Begun { completed, held }) = begin(app, tx, now, &numbered).await? else {
        return Ok(None);
    };
    if !held.iter().all(Held::is_enough) {
        return Ok(None);
    }
    inventory::allocate_held(tx, now, &held).await?;
    let tokens = numbered.iter().map(|(ready, _)| ready.cart.token.clone());
    Ok(Some(tokens.zip(completed).collect()))
}

/// Writes all but what becomes of the stock, and of payments that pay nothing. None when a payment is no longer as it was
/// read.
async fn begin<'a>(
    app: &'a App,
    tx: &Tx,
    now: DateTime<Utc>,
    ready: &[(&'a Ready, String)],
) -> Result<Option<Begun<'a>>> {
    let (mut placed, mut taking) = (Vec::with_capacity(ready.len()), Vec::with_capacity(ready.len()));
    for (Ready { cart, paid }, number) in ready {
        let (new, lines) = order_of(app, cart, paid, number.clone());
        let order = order::place(tx, &app.ids, now, new).await?;
        taking.push(Taking {
            who: Claimed {
                ids: &app.ids,
                now,
                cart: cart.row.id,
                locations: &cart.channel.locations,
            },
            reference: order.order.id.to_string(),
            lines,
        });
        placed.push(order);
    }
    let held = inventory::end_reservations(tx, taking).await?;
    let paid = placed.iter().zip(ready);
    let paid: Vec<(OrderId, &[Payment])> = paid
        .map(|(placed, (ready, _))| (placed.order.id, ready.paid.by.as_slice()))
        .collect();
    let Some(payments) = payment::attach_to_orders(tx, &app.ids, now, &paid).await? else {
        return Ok(None);
    };
    crash_point("checkout.written");
    let completed = placed.into_iter().zip(payments).map(|(placed, payments)| Completed {
        order: placed.order,
        written: Some(Written {
            lines: placed.lines,
            events: placed.events,
            payments,
        }),
    });
    Ok(Some(Begun {
        completed: completed.collect(),
        held,
    }))
}

/// Closes the carts that are still as they were read, and gives the numbers of their orders.
async fn close(tx: &Tx, ready: &[Ready], now: DateTime<Utc>) -> Result<HashMap<CartId, String>> {
    let rows = ready.iter().map(|ready| &ready.cart.row);
    let rows = rows.map(|row| [row.id.uuid().into(), row.version.into()]);
    let [id, version, ..] = GIVEN;
    let given = given(tx, [ArrayType::Uuid, ArrayType::Int], rows.collect());
    let close = Query::update()
        .table(cart::Entity)
        .value(cart::Column::Status, CartStatus::Completed)
        .value(cart::Column::Version, Expr::col(cart::Column::Version).add(1))
        .value(cart::Column::UpdatedAt, now)
        .from(TableRef::SubQuery(Box::new(given), "given".into()))
        .and_where(Expr::col(cart::Column::Id).equals(id))
        .and_where(Expr::col(cart::Column::Version).equals(version))
        .and_where(cart::Column::Status.eq(CartStatus::Open))
        .to_owned();
    order::numbers_with(tx, close).await
}

fn order_of(
    app: &App,
    cart: &LoadedCart,
    paid: &Paid,
    number: String,
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
    let sum = |amount: fn(&Payment) -> i64| paid.by.iter().map(amount).sum::<i64>();
    let row = Order {
        id,
        number,
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
        paid_total: sum(|payment| payment.captured_amount),
        refunded_total: sum(|payment| payment.refunded_amount),
        shipping_address: cart.row.shipping_address.clone(),
        billing_address: cart.row.billing_address.clone(),
        delivery_name: cart.delivery.as_ref().map(|option| option.name.clone()),
        content_hash: None,
        placed_at: now,
        created_at: now,
    };
    let authorized = sum(|payment| payment.authorized_amount);
    (NewOrder { row, lines, authorized }, claims)
}
