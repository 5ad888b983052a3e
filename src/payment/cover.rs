//! The payments of a cart together: which of them count, the order that they pay, and the end of those that pay nothing.

use chrono::{DateTime, Utc};
use entity::payment::payment;
use entity::payment::payment::PaymentStatus;
use entity::{CartId, OrderId, PaymentId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::payment::apply::{history, tell};
use crate::payment::events::PaymentNews;
use crate::payment::gift_card;
use crate::payment::jobs::CancelAtGateway;
use crate::payment::query::{GIFT_CARD, LIVE, Payment};
use crate::platform::db::{Tx, any_of};
use crate::platform::error::Result;
use crate::platform::id::Ids;
use crate::platform::jobs;

/// The payments of a cart that are not over and paid no order, oldest first.
pub(crate) async fn live_of_cart(db: &impl ConnectionTrait, cart: CartId) -> Result<Vec<Payment>> {
    Ok(payment::Entity::find()
        .filter(payment::Column::CartId.eq(cart))
        .filter(payment::Column::Status.is_in(LIVE))
        .filter(payment::Column::OrderId.is_null())
        .order_by_asc(payment::Column::Id)
        .all(db)
        .await?)
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

/// Gives payments that succeeded or are authorised to the order they pay, all of them or none: what they captured and
/// gave back before counts for the order from then on, in the books too. Gives them as they are then; none when one is no longer as in `payments`,
/// which the figures of the order were made from: called off, or changed by its gateway. The caller rolls back.
pub(crate) async fn attach_to_order(
    tx: &Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    payments: &[Payment],
    order: OrderId,
) -> Result<Option<Vec<Payment>>> {
    let mut given = Vec::with_capacity(payments.len());
    for payment in payments {
        let attached = payment::Entity::update_many()
            .col_expr(payment::Column::OrderId, Expr::value(order))
            .col_expr(payment::Column::Version, Expr::col(payment::Column::Version).add(1))
            .col_expr(payment::Column::UpdatedAt, Expr::value(now))
            .filter(payment::Column::Id.eq(payment.id))
            .filter(payment::Column::Version.eq(payment.version))
            .filter(payment::Column::Status.is_in([PaymentStatus::Authorized, PaymentStatus::Succeeded]))
            .filter(payment::Column::OrderId.is_null())
            .exec(tx)
            .await?;
        if attached.rows_affected == 0 {
            return Ok(None);
        }
        let news = [PaymentNews::new("paid_order", payment.amount, Some(order.to_string()))];
        history(tx, ids, now, payment.id, &news);
        given.push(Payment {
            order_id: Some(order),
            version: payment.version + 1,
            updated_at: now,
            ..payment.clone()
        });
    }
    Ok(Some(given))
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
