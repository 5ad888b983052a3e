//! Reads of the books, for staff who may read all of them.

use chrono::{DateTime, Utc};
use entity::ledger::ledger_entry::{Column, Entity, LedgerAccount, Model};
use entity::payment::payment;
use entity::{LedgerEntryId, OrderId, PaymentId};
use sea_orm::sea_query::{Expr, ExprTrait, Func, Query, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    Select,
};

use crate::platform::error::{Fault, Result};
use crate::platform::page::{Page, PageArgs, PageError};

/// A line of the books.
pub type LedgerEntry = Model;

/// Names the list in cursors.
const TAG: &str = "ledger";

/// Which entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerFilter {
    /// Of this account.
    pub account: Option<LedgerAccount>,
    /// Of this posting.
    pub reference: Option<String>,
    /// Of this order and of its payments.
    pub order: Option<OrderId>,
    /// Of this payment.
    pub payment: Option<PaymentId>,
    /// Not before.
    pub since: Option<DateTime<Utc>>,
    /// Before.
    pub until: Option<DateTime<Utc>>,
}

/// Why the books cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The cursor does not fit.
    #[error(transparent)]
    Page(#[from] PageError),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<DbErr> for ListError {
    fn from(error: DbErr) -> Self {
        Self::Fault(error.into())
    }
}

fn filtered(filter: &LedgerFilter) -> Select<Entity> {
    let mut all = Condition::all();
    if let Some(account) = filter.account {
        all = all.add(Column::Account.eq(account));
    }
    if let Some(reference) = &filter.reference {
        all = all.add(Column::Reference.eq(reference.as_str()));
    }
    if let Some(payment) = filter.payment {
        all = all.add(Column::PaymentId.eq(payment));
    }
    if let Some(order) = filter.order {
        // What a payment moved before its order was placed belongs to the order too.
        let payments = Query::select()
            .column(payment::Column::Id)
            .from(payment::Entity)
            .and_where(Expr::col(payment::Column::OrderId).eq(order))
            .to_owned();
        let of_order = Condition::any()
            .add(Column::OrderId.eq(order))
            .add(Column::PaymentId.in_subquery(payments));
        all = all.add(of_order);
    }
    if let Some(since) = filter.since {
        all = all.add(Column::CreatedAt.gte(since));
    }
    if let Some(until) = filter.until {
        all = all.add(Column::CreatedAt.lt(until));
    }
    Entity::find().filter(all)
}

/// A page of the books, newest first.
///
/// # Errors
/// A cursor of another list; those of the database.
pub async fn list(
    db: &impl ConnectionTrait,
    filter: &LedgerFilter,
    args: &PageArgs,
) -> Result<Page<LedgerEntry>, ListError> {
    let mut select = filtered(filter)
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(args.first as u64 + 1);
    if let Some((micros, id)) = args.after_key::<(i64, LedgerEntryId)>(TAG)? {
        let at = DateTime::from_timestamp_micros(micros).ok_or(PageError::Cursor)?;
        let place = Expr::tuple([Column::CreatedAt.into_expr(), Column::Id.into_expr()]);
        select = select.filter(place.lt(Expr::tuple([Expr::val(at), Expr::val(id)])));
    }
    let rows = select.all(db).await?;
    Ok(Page::from_rows(args, TAG, rows, |row| {
        (row.created_at.timestamp_micros(), row.id)
    }))
}

/// How many entries the whole list has.
///
/// # Errors
/// Those of the database.
pub async fn count(db: &impl ConnectionTrait, filter: &LedgerFilter) -> Result<i64> {
    let count = filtered(filter).count(db).await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

/// What stands in an account in a currency, minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    /// ISO 4217.
    pub currency_code: String,
    /// The account.
    pub account: LedgerAccount,
    /// Sum of the debits.
    pub debit: i64,
    /// Sum of the credits.
    pub credit: i64,
}

/// What stands in the accounts, by currency and account.
///
/// # Errors
/// Those of the database.
pub async fn balances(db: &impl ConnectionTrait, filter: &LedgerFilter) -> Result<Vec<Balance>> {
    // PostgreSQL adds bigints up to a decimal.
    let sum = |column: Column| SimpleExpr::from(Func::cast_as(Func::sum(column.into_expr()), "bigint"));
    let rows = filtered(filter)
        .select_only()
        .column(Column::CurrencyCode)
        .column(Column::Account)
        .column_as(sum(Column::Debit), "debits")
        .column_as(sum(Column::Credit), "credits")
        .group_by(Column::CurrencyCode)
        .group_by(Column::Account)
        .order_by_asc(Column::CurrencyCode)
        .order_by_asc(Column::Account)
        .into_tuple::<(String, LedgerAccount, i64, i64)>()
        .all(db)
        .await?;
    let balance = |(currency_code, account, debit, credit)| Balance {
        currency_code,
        account,
        debit,
        credit,
    };
    Ok(rows.into_iter().map(balance).collect())
}
