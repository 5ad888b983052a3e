//! A cart becomes an order. Joins the transaction of the checkout.

use chrono::{DateTime, Utc};
use entity::order::orders::{FulfillmentState, OrderStatus, PaymentState};
use entity::order::{order_event, order_line};
use entity::{OrderId, OrderLineId};
use sea_orm::IntoActiveModel;

use crate::ledger::{self, OrderAmounts};
use crate::order::events::OrderPlaced;
use crate::order::paid::{Paid, payment_state};
use crate::order::query::{Order, currency_of};
use crate::payment::Payment;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::event;
use crate::platform::id::Ids;
use crate::platform::money::Money;

/// An order to write.
pub(crate) struct NewOrder {
    /// The row, but for the statuses, which placing decides: `paid_total` and `refunded_total` are those of its payments.
    pub row: Order,
    /// What its payments can still capture, minor units.
    pub authorized: i64,
    /// Its lines, in order.
    pub lines: Vec<NewOrderLine>,
}

/// A line to write.
pub(crate) struct NewOrderLine {
    /// Its key, which the allocated stock names.
    pub id: OrderLineId,
    /// The line; `order_id` and `position` are set here.
    pub row: order_line::Model,
}

/// An order as it was written.
pub(crate) struct Placed {
    /// The order.
    pub order: Order,
    /// Its lines, in order.
    pub lines: Vec<order_line::Model>,
    /// Its history, oldest first.
    pub events: Vec<order_event::Model>,
}

/// What was written with an order a moment ago, so that nobody reads it again.
#[derive(Clone, Debug)]
pub struct Written {
    /// Its lines, in order.
    pub lines: Vec<order_line::Model>,
    /// Its history, oldest first.
    pub events: Vec<order_event::Model>,
    /// Its payments, oldest first.
    pub payments: Vec<Payment>,
}

/// Puts an order off to the commit, with its lines, its history and its sale in the books, and emits [`OrderPlaced`].
pub(crate) async fn place(tx: &Tx, ids: &Ids, now: DateTime<Utc>, new: NewOrder) -> Result<Placed> {
    let paid = Paid {
        captured: new.row.paid_total,
        refunded: new.row.refunded_total,
        authorized: new.authorized,
    };
    let row = Order {
        status: OrderStatus::Open,
        payment_status: payment_state(new.row.total, paid),
        fulfillment_status: FulfillmentState::Unfulfilled,
        ..new.row
    };
    tx.later(vec![row.clone().into_active_model()]);
    let lines = new.lines.into_iter().enumerate().map(|(position, line)| {
        let position = i32::try_from(position).unwrap_or(i32::MAX);
        order_line::Model {
            id: line.id,
            order_id: row.id,
            position,
            ..line.row
        }
    });
    let lines: Vec<_> = lines.collect();
    tx.later(lines.iter().cloned().map(IntoActiveModel::into_active_model).collect());
    let mut events = vec![("PLACED", "The order was placed.")];
    events.extend(match row.payment_status {
        PaymentState::Paid => Some(("PAID", "The payment arrived.")),
        PaymentState::Authorized => Some(("PAYMENT_AUTHORIZED", "The payment is authorised.")),
        _ => None,
    });
    let events = events
        .into_iter()
        .map(|what| event_of(ids, row.id, now, what, "customer"));
    let events: Vec<_> = events.collect();
    tx.later(events.iter().cloned().map(IntoActiveModel::into_active_model).collect());
    ledger::post_new(tx, ids, now, &ledger::order_placed(&amounts_of(&row)?))?;
    event::emit(tx, &OrderPlaced { order: row.id }).await?;
    Ok(Placed {
        order: row,
        lines,
        events,
    })
}

fn amounts_of(order: &Order) -> Result<OrderAmounts> {
    Ok(OrderAmounts {
        order: order.id,
        total: Money::new(order.total, currency_of(order)?),
        subtotal: order.subtotal,
        discount: order.discount_total,
        shipping: order.shipping_total,
        tax: order.tax_total,
        tax_included: order.tax_included,
    })
}

/// An entry of the history of an order: what happened, in capitals and for people, and who did it.
pub(super) fn event_of(
    ids: &Ids,
    order: OrderId,
    now: DateTime<Utc>,
    (kind, message): (&str, &str),
    actor: &str,
) -> order_event::Model {
    order_event::Model {
        id: ids.new_id(),
        order_id: order,
        kind: kind.to_owned(),
        message: message.to_owned(),
        actor: actor.to_owned(),
        created_at: now,
    }
}
