//! Reads of orders, scoped by who asks.

use std::collections::HashMap;

use entity::order::{order_event, order_line, orders};
use entity::{CartId, OrderId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::platform::db::any_of;
use crate::platform::error::Result;
use crate::platform::viewer::Viewer;

/// An order.
pub type Order = orders::Model;

/// The order `id`, for whoever may read it: staff, or the holder of its access token.
///
/// # Errors
/// Those of the database.
pub async fn order_for(
    db: &impl ConnectionTrait,
    viewer: Viewer,
    id: OrderId,
    access_token: Option<&str>,
) -> Result<Option<Order>> {
    let mut select = orders::Entity::find_by_id(id);
    if !viewer.is_staff() {
        let Some(token) = access_token else { return Ok(None) };
        select = select.filter(orders::Column::AccessToken.eq(token));
    }
    Ok(select.one(db).await?)
}

/// Orders by key, for staff. An id alone opens no order, so everybody else gets none.
///
/// # Errors
/// Those of the database.
pub async fn orders_by_ids(
    db: &impl ConnectionTrait,
    viewer: Viewer,
    ids: &[OrderId],
) -> Result<HashMap<OrderId, Order>> {
    if !viewer.is_staff() {
        return Ok(HashMap::new());
    }
    let rows = orders::Entity::find()
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
pub(super) async fn lines_of(
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
