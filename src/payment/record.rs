//! What the shop does with its payments: they are opened, pay an order, or are called off. Every function joins the
//! transaction of its caller, changes the row only from the states that allow it, and adds to the history.

use chrono::{DateTime, Utc};
use entity::payment::payment;
use entity::payment::payment::PaymentStatus;
use entity::{CartId, OrderId, PaymentId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use crate::payment::apply::{history, tell};
use crate::payment::events::PaymentNews;
use crate::payment::jobs::CancelAtGateway;
use crate::payment::query::Payment;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::id::Ids;
use crate::platform::jobs;

/// Writes a new payment.
pub(crate) async fn open_payment(tx: &Tx, ids: &Ids, row: Payment) -> Result<Payment> {
    let row = row.into_active_model().insert(tx).await?;
    let news = [PaymentNews::new("started", row.amount, None)];
    history(tx, ids, row.created_at, row.id, &news);
    Ok(row)
}

/// Gives a payment that succeeded or is authorised to the order it pays: what it captured and gave back before counts
/// for the order from then on, in the books too. False when it is no longer as `payment`, which the figures of the order
/// were made from: called off, or changed by its gateway.
pub(crate) async fn attach_to_order(
    tx: &Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    payment: &Payment,
    order: OrderId,
) -> Result<bool> {
    let attached = payment::Entity::update_many()
        .col_expr(payment::Column::OrderId, Expr::value(order))
        .col_expr(payment::Column::Version, Expr::col(payment::Column::Version).add(1))
        .col_expr(payment::Column::UpdatedAt, Expr::value(now))
        .filter(payment::Column::Id.eq(payment.id))
        .filter(payment::Column::Version.eq(payment.version))
        .filter(payment::Column::Status.is_in([PaymentStatus::Succeeded, PaymentStatus::Authorized]))
        .filter(payment::Column::OrderId.is_null())
        .exec(tx)
        .await?;
    if attached.rows_affected == 0 {
        return Ok(false);
    }
    let news = [PaymentNews::new("paid_order", payment.amount, Some(order.to_string()))];
    history(tx, ids, now, payment.id, &news);
    Ok(true)
}

/// Calls off a payment that paid no order, and has the gateway give the money back. False when it paid one.
pub(crate) async fn call_off(tx: &Tx, ids: &Ids, now: DateTime<Utc>, id: PaymentId, reason: &str) -> Result<bool> {
    let rule = payment::Column::Id.eq(id);
    Ok(!cancel_where(tx, ids, now, rule, reason).await?.is_empty())
}

/// Calls off all payments of a cart that are under way or paid nothing, because another one takes their place.
pub(crate) async fn call_off_open(tx: &Tx, ids: &Ids, now: DateTime<Utc>, cart: CartId) -> Result<()> {
    cancel_where(tx, ids, now, payment::Column::CartId.eq(cart), "superseded").await?;
    Ok(())
}

async fn cancel_where(
    tx: &Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    rule: sea_orm::sea_query::SimpleExpr,
    reason: &str,
) -> Result<Vec<Payment>> {
    let cancellable = [
        PaymentStatus::Pending,
        PaymentStatus::RequiresAction,
        PaymentStatus::Authorized,
        PaymentStatus::Succeeded,
    ];
    let cancelled = payment::Entity::update_many()
        .col_expr(payment::Column::Status, Expr::value(PaymentStatus::Cancelled))
        .col_expr(payment::Column::Version, Expr::col(payment::Column::Version).add(1))
        .col_expr(payment::Column::UpdatedAt, Expr::value(now))
        .filter(rule)
        .filter(payment::Column::Status.is_in(cancellable))
        .filter(payment::Column::OrderId.is_null())
        .exec_with_returning(tx)
        .await?;
    for row in &cancelled {
        let news = PaymentNews::new("cancelled", row.amount, Some(reason.to_owned()));
        tell(tx, ids, now, row, vec![news]).await?;
        jobs::enqueue(tx, &CancelAtGateway { payment: row.id }).await?;
    }
    Ok(cancelled)
}
