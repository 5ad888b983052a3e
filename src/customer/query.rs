//! Reads of customers, scoped by who asks.

use std::collections::HashMap;

use entity::CustomerId;
use entity::customer::{customer, customer_address};
use entity::order::orders;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::channel::Scope;
use crate::platform::db::any_of;
use crate::platform::error::Result;
use crate::platform::permission::Permission;

/// A customer.
pub type Customer = customer::Model;
/// An address that a customer keeps.
pub type AddressRow = customer_address::Model;

/// What `scope` may read of the customers: themselves; staff all of them, or those who bought in their channel.
pub(super) fn readable(scope: &Scope) -> Condition {
    let viewer = scope.viewer;
    if viewer.may_everywhere(Permission::CustomersRead) {
        return Condition::all();
    }
    let mut any = Condition::any();
    if viewer.may(Permission::CustomersRead) {
        let bought = Query::select()
            .expr(Expr::val(1))
            .from(orders::Entity)
            .and_where(
                Expr::col(orders::Column::CustomerId.as_column_ref()).equals(customer::Column::Id.as_column_ref()),
            )
            .and_where(orders::Column::ChannelId.eq(scope.channel.id))
            .to_owned();
        any = any.add(Expr::exists(bought));
    }
    match viewer.customer() {
        Some(me) => any.add(customer::Column::Id.eq(me)),
        // An empty condition would be no condition.
        None => any.add(Expr::val(1).eq(0)),
    }
}

/// Customers by key, as far as `scope` may read them.
///
/// # Errors
/// Those of the database.
pub async fn customers_by_ids(
    db: &impl ConnectionTrait,
    scope: &Scope,
    ids: &[CustomerId],
) -> Result<HashMap<CustomerId, Customer>> {
    let rows = customer::Entity::find()
        .filter(readable(scope))
        .filter(any_of(db, customer::Column::Id, ids))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The customer `id`, for Merx itself.
///
/// # Errors
/// Those of the database.
pub(crate) async fn customer_by_id(db: &impl ConnectionTrait, id: CustomerId) -> Result<Option<Customer>> {
    Ok(customer::Entity::find_by_id(id).one(db).await?)
}

/// The addresses of customers, oldest first. Whoever asks must have been given the customers.
///
/// # Errors
/// Those of the database.
pub async fn addresses_of(
    db: &impl ConnectionTrait,
    ids: &[CustomerId],
) -> Result<HashMap<CustomerId, Vec<AddressRow>>> {
    let rows = customer_address::Entity::find()
        .filter(any_of(db, customer_address::Column::CustomerId, ids))
        .order_by_asc(customer_address::Column::CreatedAt)
        .order_by_asc(customer_address::Column::Id)
        .all(db)
        .await?;
    let mut of: HashMap<CustomerId, Vec<AddressRow>> = HashMap::new();
    for row in rows {
        of.entry(row.customer_id).or_default().push(row);
    }
    Ok(of)
}
