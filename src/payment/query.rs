//! Reads of payments.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::payment::payment;
use entity::payment::payment::PaymentStatus;
use entity::{OrderId, PaymentId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::payment::gateway::Handle;
use crate::platform::db::any_of;
use crate::platform::error::Result;

/// The gateway of payments with gift cards: the shop itself.
pub(crate) const GIFT_CARD: &str = "gift_card";

/// A payment.
pub type Payment = payment::Model;

/// The payment `id`. Whoever asks must know the cart or the order it belongs to.
///
/// # Errors
/// Those of the database.
pub async fn payment_by_id(db: &impl ConnectionTrait, id: PaymentId) -> Result<Option<Payment>> {
    Ok(payment::Entity::find_by_id(id).one(db).await?)
}

/// The payments of orders, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn payments_of_orders(
    db: &impl ConnectionTrait,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, Vec<Payment>>> {
    let rows = payment::Entity::find()
        .filter(any_of(db, payment::Column::OrderId, orders))
        .order_by_asc(payment::Column::Id)
        .all(db)
        .await?;
    let mut of: HashMap<OrderId, Vec<Payment>> = HashMap::new();
    for row in rows {
        if let Some(order) = row.order_id {
            of.entry(order).or_default().push(row);
        }
    }
    Ok(of)
}

/// Up to `limit` payments that were started before `before`, paid no order, and are not over: oldest first. For Merx
/// itself.
///
/// # Errors
/// Those of the database.
pub(crate) async fn payments_left_open(
    db: &impl ConnectionTrait,
    before: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<Payment>> {
    let open = [
        PaymentStatus::Pending,
        PaymentStatus::RequiresAction,
        PaymentStatus::Authorized,
        PaymentStatus::Succeeded,
    ];
    Ok(payment::Entity::find()
        .filter(payment::Column::Status.is_in(open))
        .filter(payment::Column::OrderId.is_null())
        .filter(payment::Column::CreatedAt.lte(before))
        .order_by_asc(payment::Column::Id)
        .limit(limit)
        .all(db)
        .await?)
}

/// What the gateway of `payment` is asked by.
pub(crate) fn handle_of(payment: &Payment) -> Handle {
    Handle {
        payment: payment.id,
        reference: payment.gateway_reference.clone(),
    }
}
