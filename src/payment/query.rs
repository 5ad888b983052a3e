//! Reads of payments.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use entity::cart::cart;
use entity::payment::payment::PaymentStatus;
use entity::payment::{dispute, payment, payment_event, refund};
use entity::{CartId, OrderId, PaymentId};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::channel::Scope;
use crate::payment::books::currency_of;
use crate::payment::gateway::Handle;
use crate::platform::db::{Db, any_of};
use crate::platform::error::Result;
use crate::platform::money::Money;
use crate::platform::permission::Permission;

/// The gateway of payments with gift cards: the shop itself.
pub(crate) const GIFT_CARD: &str = "gift_card";

/// A payment.
pub type Payment = payment::Model;
/// Money given back.
pub type Refund = refund::Model;
/// A payment that a bank disputes.
pub type Dispute = dispute::Model;
/// An entry of the history of a payment.
pub type PaymentEvent = payment_event::Model;

/// States in which a payment is not over.
pub(super) const LIVE: [PaymentStatus; 4] = [
    PaymentStatus::Pending,
    PaymentStatus::RequiresAction,
    PaymentStatus::Authorized,
    PaymentStatus::Succeeded,
];
/// A payment of this age is no longer asked about every minute.
const OLD: TimeDelta = TimeDelta::hours(1);
/// Pauses between two questions about one payment, while it is young and later.
const PAUSES: (TimeDelta, TimeDelta) = (TimeDelta::minutes(1), TimeDelta::minutes(15));

/// The payment `id`. Whoever asks must know the cart or the order it belongs to.
///
/// # Errors
/// Those of the database.
pub async fn payment_by_id(db: &impl ConnectionTrait, id: PaymentId) -> Result<Option<Payment>> {
    Ok(payment::Entity::find_by_id(id).one(db).await?)
}

/// The payments that staff of `scope` may treat with `permission`: those of all channels, or of one, or none.
fn treatable(scope: &Scope, permission: Permission, column: impl ColumnTrait) -> Condition {
    let viewer = scope.viewer;
    if viewer.may_everywhere(permission) {
        return Condition::all();
    }
    if !viewer.may(permission) {
        return Condition::all().add(Expr::val(1).eq(0));
    }
    let of_channel = Query::select()
        .column((payment::Entity, payment::Column::Id))
        .from(payment::Entity)
        .inner_join(
            cart::Entity,
            Expr::col((cart::Entity, cart::Column::Id)).equals((payment::Entity, payment::Column::CartId)),
        )
        .and_where(Expr::col((cart::Entity, cart::Column::ChannelId)).eq(scope.channel.id))
        .to_owned();
    Condition::all().add(column.in_subquery(of_channel))
}

/// The payment `id`, for staff of `scope` with `permission`.
pub(super) async fn payment_of_scope(
    db: &impl ConnectionTrait,
    scope: &Scope,
    permission: Permission,
    id: PaymentId,
) -> Result<Option<Payment>> {
    Ok(payment::Entity::find_by_id(id)
        .filter(treatable(scope, permission, payment::Column::Id))
        .one(db)
        .await?)
}

/// What `scope` may read of the disputes.
pub(super) fn readable_disputes(scope: &Scope) -> Condition {
    treatable(scope, Permission::OrdersRead, dispute::Column::PaymentId)
}

/// The refunds of payments, oldest first. Whoever asks must have been given the payments.
///
/// # Errors
/// Those of the database.
pub async fn refunds_of_payments(
    db: &impl ConnectionTrait,
    ids: &[PaymentId],
) -> Result<HashMap<PaymentId, Vec<Refund>>> {
    let rows = refund::Entity::find()
        .filter(any_of(db, refund::Column::PaymentId, ids))
        .order_by_asc(refund::Column::Id)
        .all(db)
        .await?;
    Ok(grouped(rows, |row| Some(row.payment_id)))
}

/// The refunds of orders, oldest first. Whoever asks must have been given the orders.
///
/// # Errors
/// Those of the database.
pub async fn refunds_of_orders(db: &impl ConnectionTrait, ids: &[OrderId]) -> Result<HashMap<OrderId, Vec<Refund>>> {
    let rows = refund::Entity::find()
        .filter(any_of(db, refund::Column::OrderId, ids))
        .order_by_asc(refund::Column::Id)
        .all(db)
        .await?;
    Ok(grouped(rows, |row| row.order_id))
}

/// The disputes of payments, oldest first. Whoever asks must have been given the payments.
///
/// # Errors
/// Those of the database.
pub async fn disputes_of_payments(
    db: &impl ConnectionTrait,
    ids: &[PaymentId],
) -> Result<HashMap<PaymentId, Vec<Dispute>>> {
    let rows = dispute::Entity::find()
        .filter(any_of(db, dispute::Column::PaymentId, ids))
        .order_by_asc(dispute::Column::Id)
        .all(db)
        .await?;
    Ok(grouped(rows, |row| Some(row.payment_id)))
}

/// The history of payments, oldest first. Whoever asks must have been given the payments.
///
/// # Errors
/// Those of the database.
pub async fn events_of_payments(
    db: &impl ConnectionTrait,
    ids: &[PaymentId],
) -> Result<HashMap<PaymentId, Vec<PaymentEvent>>> {
    let rows = payment_event::Entity::find()
        .filter(any_of(db, payment_event::Column::PaymentId, ids))
        .order_by_asc(payment_event::Column::Id)
        .all(db)
        .await?;
    Ok(grouped(rows, |row| Some(row.payment_id)))
}

fn grouped<K: std::hash::Hash + Eq, R>(rows: Vec<R>, key: impl Fn(&R) -> Option<K>) -> HashMap<K, Vec<R>> {
    let mut of: HashMap<K, Vec<R>> = HashMap::new();
    for row in rows {
        if let Some(key) = key(&row) {
            of.entry(key).or_default().push(row);
        }
    }
    of
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
    Ok(grouped(rows, |row| row.order_id))
}

/// Takes up to `limit` payments that were started before `before`, paid no order, are not over, and were not looked at
/// for a while: those first that have waited longest. For Merx itself.
///
/// # Errors
/// Those of the database.
pub(crate) async fn take_left_open(
    db: &Db,
    now: DateTime<Utc>,
    before: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<Payment>> {
    let checked = payment::Column::CheckedAt;
    let rested = Condition::any()
        .add(checked.is_null())
        .add(checked.lte(now - PAUSES.1))
        .add(
            checked
                .lte(now - PAUSES.0)
                .and(payment::Column::CreatedAt.gt(now - OLD)),
        );
    let rows = payment::Entity::find()
        .filter(payment::Column::Status.is_in(LIVE))
        .filter(payment::Column::OrderId.is_null())
        .filter(payment::Column::CreatedAt.lte(before))
        .filter(rested)
        .order_by_asc(Expr::col(checked).if_null(Expr::col(payment::Column::CreatedAt)))
        .limit(limit)
        .all(db)
        .await?;
    let ids: Vec<PaymentId> = rows.iter().map(|row| row.id).collect();
    note_checked(db, now, &ids).await?;
    Ok(rows)
}

/// Writes down that these payments were looked at.
pub(super) async fn note_checked(db: &impl ConnectionTrait, now: DateTime<Utc>, ids: &[PaymentId]) -> Result<()> {
    if !ids.is_empty() {
        payment::Entity::update_many()
            .col_expr(payment::Column::CheckedAt, Expr::value(now))
            .filter(any_of(db, payment::Column::Id, ids))
            .exec(db)
            .await?;
    }
    Ok(())
}

/// The payments of carts that are not over or paid the order of the cart, oldest first. Whoever asks must have been given
/// the carts.
///
/// # Errors
/// Those of the database.
pub async fn payments_of_carts(db: &impl ConnectionTrait, carts: &[CartId]) -> Result<HashMap<CartId, Vec<Payment>>> {
    let rows = payment::Entity::find()
        .filter(any_of(db, payment::Column::CartId, carts))
        .filter(payment::Column::Status.is_in(LIVE))
        .order_by_asc(payment::Column::Id)
        .all(db)
        .await?;
    let mut of: HashMap<CartId, Vec<Payment>> = HashMap::new();
    for row in rows {
        of.entry(row.cart_id).or_default().push(row);
    }
    Ok(of)
}

/// What the gateway of `payment` is asked by.
///
/// # Errors
/// When its currency is none.
pub(crate) fn handle_of(payment: &Payment) -> Result<Handle> {
    Ok(Handle {
        payment: payment.id,
        reference: payment.gateway_reference.clone(),
        amount: Money::new(payment.amount, currency_of(payment)?),
    })
}
