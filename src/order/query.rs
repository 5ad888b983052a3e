//! Reads of orders, scoped by who asks.

use std::collections::HashMap;

use entity::account::account;
use entity::order::{order_event, order_line, orders};
use entity::{CartId, CustomerId, OrderId, TypedId};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::channel::Scope;
use crate::platform::db::any_of;
use crate::platform::error::{Fault, Result};
use crate::platform::money::Currency;
use crate::platform::permission::Permission;

/// An order.
pub type Order = orders::Model;

/// The currency of an order.
pub(super) fn currency_of(order: &Order) -> Result<Currency> {
    let currency = order.currency_code.parse();
    currency.map_err(|e| Fault::part("currency of an order", e))
}

/// What `scope` may read of the orders by itself, without the access token of one: staff those of its channels, customers
/// their own, others none.
pub(super) fn readable(scope: &Scope) -> Condition {
    let viewer = scope.viewer;
    if viewer.may_everywhere(Permission::OrdersRead) {
        return Condition::all();
    }
    let mut any = Condition::any();
    if viewer.may(Permission::OrdersRead) {
        any = any.add(orders::Column::ChannelId.eq(scope.channel.id));
    }
    match viewer.customer() {
        Some(customer) => any.add(own(customer)),
        // An empty condition would be no condition.
        None => any.add(Expr::val(1).eq(0)),
    }
}

/// The orders of a customer. History that was brought along from another shop names customers by their addresses: it is
/// shown once the address is proven.
fn own(customer: CustomerId) -> Condition {
    let proven = Query::select()
        .expr(Expr::val(1))
        .from(account::Entity)
        .and_where(account::Column::Id.eq(customer.uuid()))
        .and_where(account::Column::EmailVerifiedAt.is_not_null())
        .to_owned();
    Condition::all().add(orders::Column::CustomerId.eq(customer)).add(
        Condition::any()
            .add(orders::Column::CartId.is_not_null())
            .add(Expr::exists(proven)),
    )
}

/// The order `id`, for whoever may read it: staff, its customer, or the holder of its access token.
///
/// # Errors
/// Those of the database.
pub async fn order_for(
    db: &impl ConnectionTrait,
    scope: &Scope,
    id: OrderId,
    access_token: Option<&str>,
) -> Result<Option<Order>> {
    let mut readable = Condition::any().add(readable(scope));
    if let Some(token) = access_token {
        readable = readable.add(orders::Column::AccessToken.eq(token));
    }
    Ok(orders::Entity::find_by_id(id).filter(readable).one(db).await?)
}

/// Orders by key, as far as `scope` may read them by itself: an id alone opens no order.
///
/// # Errors
/// Those of the database.
pub async fn orders_by_ids(
    db: &impl ConnectionTrait,
    scope: &Scope,
    ids: &[OrderId],
) -> Result<HashMap<OrderId, Order>> {
    let rows = orders::Entity::find()
        .filter(readable(scope))
        .filter(any_of(db, orders::Column::Id, ids))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The order that a cart became. Whoever asks must own the cart.
///
/// # Errors
/// Those of the database.
pub async fn order_of_cart(db: &impl ConnectionTrait, cart: CartId) -> Result<Option<Order>> {
    Ok(orders::Entity::find()
        .filter(orders::Column::CartId.eq(cart))
        .one(db)
        .await?)
}

/// The lines of orders, in order. Whoever asks must have been given the orders.
pub(crate) async fn lines_of(
    db: &impl ConnectionTrait,
    ids: &[OrderId],
) -> Result<HashMap<OrderId, Vec<order_line::Model>>> {
    let rows = order_line::Entity::find()
        .filter(any_of(db, order_line::Column::OrderId, ids))
        .order_by_asc(order_line::Column::Position)
        .all(db)
        .await?;
    let mut of: HashMap<OrderId, Vec<order_line::Model>> = HashMap::new();
    for row in rows {
        of.entry(row.order_id).or_default().push(row);
    }
    Ok(of)
}

/// The history of orders, oldest first. Whoever asks must have been given the orders.
pub(super) async fn events_of(
    db: &impl ConnectionTrait,
    ids: &[OrderId],
) -> Result<HashMap<OrderId, Vec<order_event::Model>>> {
    let rows = order_event::Entity::find()
        .filter(any_of(db, order_event::Column::OrderId, ids))
        .order_by_asc(order_event::Column::Id)
        .all(db)
        .await?;
    let mut of: HashMap<OrderId, Vec<order_event::Model>> = HashMap::new();
    for row in rows {
        of.entry(row.order_id).or_default().push(row);
    }
    Ok(of)
}
