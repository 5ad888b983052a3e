//! Reads of payments.

use std::collections::HashMap;

use entity::payment::payment;
use entity::{OrderId, PaymentId};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::platform::db::any_of;
use crate::platform::error::Result;

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
