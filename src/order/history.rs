//! What customers bought.

use std::collections::HashMap;

use chrono::DateTime;
use entity::order::orders;
use entity::order::orders::Column;
use entity::{CustomerId, OrderId, TypedId};
use sea_orm::sea_query::{Expr, ExprTrait, Func, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::channel::Scope;
use crate::order::query::{Order, readable};
use crate::platform::db::any_of;
use crate::platform::error::{Fault, Result};
use crate::platform::page::{Page, PageArgs, PageError};
use crate::platform::permission::Permission;

/// Names the list in cursors.
const TAG: &str = "customer.orders";

/// Why a list cannot be given.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The cursor does not fit.
    #[error(transparent)]
    Page(#[from] PageError),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<DbErr> for HistoryError {
    fn from(error: DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// The orders of a customer as far as `scope` may read them, newest first.
///
/// # Errors
/// A cursor of another list; those of the database.
pub async fn orders_of_customer(
    db: &impl ConnectionTrait,
    scope: &Scope,
    customer: CustomerId,
    args: &PageArgs,
) -> Result<Page<Order>, HistoryError> {
    let mut select = orders::Entity::find()
        .filter(readable(scope))
        .filter(Column::CustomerId.eq(customer))
        .order_by_desc(Column::PlacedAt)
        .order_by_desc(Column::Id)
        .limit(args.first as u64 + 1);
    if let Some((micros, id)) = args.after_key::<(i64, OrderId)>(TAG)? {
        let placed = DateTime::from_timestamp_micros(micros).ok_or(PageError::Cursor)?;
        let at = Expr::tuple([
            Expr::col(Column::PlacedAt.as_column_ref()),
            Expr::col(Column::Id.as_column_ref()),
        ]);
        select = select.filter(at.lt(Expr::tuple([Expr::val(placed), Expr::val(id)])));
    }
    let rows = select.all(db).await?;
    Ok(Page::from_rows(args, TAG, rows, |row| {
        (row.placed_at.timestamp_micros(), row.id)
    }))
}

/// How many orders of a customer `scope` may read.
///
/// # Errors
/// Those of the database.
pub async fn count_orders_of_customer(db: &impl ConnectionTrait, scope: &Scope, customer: CustomerId) -> Result<i64> {
    let select = orders::Entity::find()
        .filter(readable(scope))
        .filter(Column::CustomerId.eq(customer));
    Ok(i64::try_from(select.count(db).await?).unwrap_or(i64::MAX))
}

/// What a customer bought and paid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spending {
    /// Orders.
    pub orders: i64,
    /// What was paid of those in the currency of the channel, minor units.
    pub paid: i64,
}

/// What customers bought and paid, in one statement: everywhere for staff who may read customers everywhere, else in the
/// channel. Whoever asks may read customers. Who bought nothing is not in it.
///
/// # Errors
/// Those of the database.
pub async fn spending_of(
    db: &impl ConnectionTrait,
    scope: &Scope,
    customers: &[CustomerId],
) -> Result<HashMap<CustomerId, Spending>> {
    let mut seen = Condition::all().add(any_of(db, Column::CustomerId, customers));
    if !scope.viewer.may_everywhere(Permission::CustomersRead) {
        seen = seen.add(Column::ChannelId.eq(scope.channel.id));
    }
    let currency = scope.channel.currency.to_string();
    let paid = Expr::case(
        Column::CurrencyCode.eq(currency),
        SimpleExpr::from(Expr::col(Column::PaidTotal.as_column_ref())),
    )
    .finally(0);
    // PostgreSQL adds bigints up to a decimal.
    let sum = SimpleExpr::from(Func::cast_as(Func::sum(paid), "bigint"));
    let rows = orders::Entity::find()
        .select_only()
        .column(Column::CustomerId)
        .column_as(Column::Id.count(), "orders")
        .column_as(sum, "paid")
        .filter(seen)
        .group_by(Column::CustomerId)
        .into_tuple::<(CustomerId, i64, i64)>()
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(customer, orders, paid)| (customer, Spending { orders, paid }))
        .collect())
}

/// Up to `limit` orders of a customer behind `after`, oldest first, for Merx itself: every order of theirs comes once.
///
/// # Errors
/// Those of the database.
pub(crate) async fn orders_to_export(
    db: &impl ConnectionTrait,
    customer: CustomerId,
    after: Option<OrderId>,
    limit: u64,
) -> Result<Vec<Order>> {
    let mut select = orders::Entity::find()
        .filter(Column::CustomerId.eq(customer))
        .order_by_asc(Column::Id)
        .limit(limit);
    if let Some(after) = after {
        select = select.filter(Column::Id.gt(after.uuid()));
    }
    Ok(select.all(db).await?)
}
