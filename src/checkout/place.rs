//! Writes the order of a cart. Joins the transaction that has read the cart.

use chrono::{DateTime, Utc};
use entity::cart::cart;
use entity::cart::cart::CartStatus;
use entity::order::order_line;
use entity::order::orders::{FulfillmentState, OrderStatus, PaymentState};
use entity::{OrderId, OrderLineId, PaymentId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryTrait};

use crate::app::App;
use crate::cart::LoadedCart;
use crate::checkout::complete::{CompleteError, Completed};
use crate::checkout::give_back::tell;
use crate::checkout::ready::claim_of;
use crate::checkout::start_payment::SUPERSEDED;
use crate::inventory::{self, Claimed};
use crate::order::{self, NewOrder, NewOrderLine, Order, Written};
use crate::payment::{self, Payment};
use crate::platform::crash::crash_point;
use crate::platform::db::Tx;
use crate::platform::error::Result;

/// What pays an order.
#[derive(Clone, Debug)]
pub(super) struct Paid {
    /// The payments that pay it, together its total.
    pub by: Vec<Payment>,
    /// Other payments of the cart, which are called off.
    pub beside: Vec<PaymentId>,
}

/// Writes the order. None when the cart or a payment is no longer as it was read. Then, and with an error, the caller
/// rolls back.
pub(super) async fn place(
    app: &App,
    tx: &Tx,
    cart: &LoadedCart,
    paid: &Paid,
) -> Result<Option<Completed>, CompleteError> {
    let now = app.clock.now();
    let Some(number) = close(tx, &cart.row, now).await? else {
        return Ok(None);
    };
    let (new, claims) = order_of(app, cart, paid, number);
    let placed = order::place(tx, &app.ids, now, new).await?;
    let id = placed.order.id;
    crash_point("checkout.written");
    let Some(payments) = payment::attach_to_order(tx, &app.ids, now, &paid.by, id).await? else {
        return Ok(None);
    };
    for payment in payment::call_off(tx, &app.ids, now, &paid.beside, SUPERSEDED).await? {
        tell(tx, &payment, SUPERSEDED).await?;
    }
    // Last: these are the rows that other checkouts wait for.
    let who = Claimed {
        ids: &app.ids,
        now,
        cart: cart.row.id,
        locations: &cart.channel.locations,
    };
    inventory::allocate(tx, who, &id.to_string(), &claims).await??;
    Ok(Some(Completed {
        order: placed.order,
        written: Some(Written {
            lines: placed.lines,
            events: placed.events,
            payments,
        }),
    }))
}

/// Closes the cart, and gives the number of its order. None when it is no longer as it was read.
async fn close(tx: &Tx, row: &cart::Model, now: DateTime<Utc>) -> Result<Option<String>> {
    let close = cart::Entity::update_many()
        .col_expr(cart::Column::Status, Expr::value(CartStatus::Completed))
        .col_expr(cart::Column::Version, Expr::col(cart::Column::Version).add(1))
        .col_expr(cart::Column::UpdatedAt, Expr::value(now))
        .filter(cart::Column::Id.eq(row.id))
        .filter(cart::Column::Status.eq(CartStatus::Open))
        .filter(cart::Column::Version.eq(row.version));
    order::number_with(tx, close.into_query()).await
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
