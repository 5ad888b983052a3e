//! A cart becomes an order. Joins the transaction of the checkout.

use chrono::{DateTime, Utc};
use entity::order::orders::{FulfillmentState, OrderStatus, PaymentState};
use entity::order::{order_event, order_line};
use entity::{OrderId, OrderLineId};
use sea_orm::IntoActiveModel;

use crate::order::events::OrderPlaced;
use crate::order::query::Order;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::event;
use crate::platform::id::Ids;

/// An order to write: paid in full.
pub(crate) struct NewOrder {
    /// The row, but for the statuses, which placing decides.
    pub row: Order,
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

/// Writes an order with its lines and history, and emits [`OrderPlaced`].
pub(crate) async fn place(tx: &Tx, ids: &Ids, now: DateTime<Utc>, new: NewOrder) -> Result<Order> {
    let row = Order {
        status: OrderStatus::Open,
        payment_status: PaymentState::Paid,
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
        .into_active_model()
    });
    tx.later(lines.collect());
    let events = [
        event_of(ids, row.id, now, "PLACED", "The order was placed."),
        event_of(ids, row.id, now, "PAID", "The payment arrived."),
    ];
    tx.later(events.into_iter().map(IntoActiveModel::into_active_model).collect());
    event::emit(tx, &OrderPlaced { order: row.id }).await?;
    // The payment is going to name the order.
    tx.flush().await?;
    Ok(row)
}

fn event_of(ids: &Ids, order: OrderId, now: DateTime<Utc>, kind: &str, message: &str) -> order_event::Model {
    order_event::Model {
        id: ids.new_id(),
        order_id: order,
        kind: kind.to_owned(),
        message: message.to_owned(),
        actor: "customer".to_owned(),
        created_at: now,
    }
}
