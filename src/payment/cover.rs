//! The payments of a cart together: which of them count, the order that they pay, and the end of those that pay nothing.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::payment::payment;
use entity::payment::payment::PaymentStatus;
use entity::{CartId, OrderId, PaymentId, TypedId};
use sea_orm::sea_query::{ArrayType, Expr, ExprTrait, Query, TableRef};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::payment::apply::{history, tell};
use crate::payment::events::PaymentNews;
use crate::payment::gift_card;
use crate::payment::jobs::CancelAtGateway;
use crate::payment::query::{GIFT_CARD, LIVE, Payment};
use crate::platform::db::{GIVEN, Tx, any_of, given};
use crate::platform::error::Result;
use crate::platform::id::Ids;
use crate::platform::jobs;

/// The payments of a cart that are not over and paid no order, oldest first.
pub(crate) async fn live_of_cart(db: &impl ConnectionTrait, cart: CartId) -> Result<Vec<Payment>> {
    Ok(live_of_carts(db, &[cart]).await?.remove(&cart).unwrap_or_default())
}

/// The same for many carts; none for a cart that has no such payment.
pub(crate) async fn live_of_carts(
    db: &impl ConnectionTrait,
    carts: &[CartId],
) -> Result<HashMap<CartId, Vec<Payment>>> {
    let rows = payment::Entity::find()
        .filter(any_of(db, payment::Column::CartId, carts))
        .filter(payment::Column::Status.is_in(LIVE))
        .filter(payment::Column::OrderId.is_null())
        .order_by_asc(payment::Column::Id)
        .all(db)
        .await?;
    let mut of: HashMap<CartId, Vec<Payment>> = HashMap::new();
    for row in rows {
        of.entry(row.cart_id).or_default().push(row);
    }
    Ok(of)
}

/// What a payment counts for: its amount, once all of that is promised or taken and something of it is still there, else
/// nothing. What went back in part before there was an order counts in full, and the order shows the refund: so it makes no
/// difference which of the two was heard of first. What went back wholly, or was taken in part only, pays no order.
pub(crate) fn worth(payment: &Payment) -> i64 {
    let granted = matches!(payment.status, PaymentStatus::Authorized | PaymentStatus::Succeeded);
    let taken = payment.captured_amount + payment.authorized_amount;
    let gone = payment.refunded_amount + payment.refunding_amount + payment.disputed_amount;
    if granted && taken >= payment.amount && gone < taken {
        payment.amount
    } else {
        0
    }
}

/// Gives payments that succeeded or are authorised to the orders they pay, all of them or none: what they captured and
/// gave back before counts for the order from then on, in the books too. Gives them as they are then, those of each order;
/// none when one is no longer as it was read for the figures of its order: called off, or changed by its gateway. The
/// caller rolls back. The orders, which they are going to name, are written with all else that was put off.
pub(crate) async fn attach_to_orders(
    tx: &Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    payments: &[(OrderId, &[Payment])],
) -> Result<Option<Vec<Vec<Payment>>>> {
    let mut rows = Vec::new();
    for (order, payments) in payments {
        for payment in *payments {
            let news = [PaymentNews::new("paid_order", payment.amount, Some(order.to_string()))];
            history(tx, ids, now, payment.id, &news);
            rows.push([payment.id.uuid().into(), payment.version.into(), order.uuid().into()]);
        }
    }
    tx.flush().await?;
    let count = rows.len() as u64;
    if count > 0 {
        let [id, version, order, _] = GIVEN;
        let given = given(tx, [ArrayType::Uuid, ArrayType::Int, ArrayType::Uuid], rows);
        let attach = Query::update()
            .table(payment::Entity)
            .value(payment::Column::OrderId, Expr::col(order))
            .value(payment::Column::Version, Expr::col(payment::Column::Version).add(1))
            .value(payment::Column::UpdatedAt, now)
            .from(TableRef::SubQuery(Box::new(given), "given".into()))
            .and_where(Expr::col(payment::Column::Id).equals(id))
            .and_where(Expr::col(payment::Column::Version).equals(version))
            .and_where(payment::Column::Status.is_in([PaymentStatus::Authorized, PaymentStatus::Succeeded]))
            .and_where(payment::Column::OrderId.is_null())
            .to_owned();
        if tx.execute(&attach).await?.rows_affected() < count {
            return Ok(None);
        }
    }
    let given = payments.iter().map(|(order, payments)| {
        let attached = payments.iter().map(|payment| Payment {
            order_id: Some(*order),
            version: payment.version + 1,
            updated_at: now,
            ..payment.clone()
        });
        attached.collect()
    });
    Ok(Some(given.collect()))
}

/// Calls off those of `payments` that paid no order and are not over, and gives them: what a gift card paid is back on it
/// at once, what a gateway took is given back by a job.
pub(crate) async fn call_off(
    tx: &Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    payments: &[PaymentId],
    reason: &str,
) -> Result<Vec<Payment>> {
    if payments.is_empty() {
        return Ok(Vec::new());
    }
    let cancelled = payment::Entity::update_many()
        .col_expr(payment::Column::Status, Expr::value(PaymentStatus::Cancelled))
        .col_expr(payment::Column::Version, Expr::col(payment::Column::Version).add(1))
        .col_expr(payment::Column::UpdatedAt, Expr::value(now))
        .filter(any_of(tx, payment::Column::Id, payments))
        .filter(payment::Column::Status.is_in(LIVE))
        .filter(payment::Column::OrderId.is_null())
        .exec_with_returning(tx)
        .await?;
    for row in &cancelled {
        let news = PaymentNews::new("cancelled", row.amount, Some(reason.to_owned()));
        tell(tx, ids, now, row, vec![news]).await?;
        if row.gateway == GIFT_CARD {
            gift_card::put_back(tx, ids, now, row).await?;
        } else {
            jobs::enqueue(tx, &CancelAtGateway { payment: row.id }).await?;
        }
    }
    Ok(cancelled)
}
