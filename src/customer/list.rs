//! The list of customers: filter, sort, keyset page.

use chrono::{DateTime, Utc};
use entity::CustomerId;
use entity::account::account;
use entity::customer::customer::{self, Column};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, Order, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};
use serde::{Deserialize, Serialize};

use crate::channel::Scope;
use crate::customer::query::{Customer, readable};
use crate::platform::db::lower_like_prefix;
use crate::platform::error::{Fault, Result};
use crate::platform::locale::{Message, message};
use crate::platform::page::{Page, PageArgs, PageError};

/// Conditions in one filter at most.
const CONDITIONS_MAX: usize = 50;
/// How deep AND, OR and NOT may nest.
const DEPTH_MAX: usize = 5;

/// A filter of customers.
#[derive(Clone, Debug, PartialEq)]
pub enum CustomerFilter {
    /// With this address; case does not matter.
    Email(String),
    /// Whose address starts so; case does not matter.
    EmailPrefix(String),
    /// Who came in this time, both ends included.
    Since {
        /// Not before.
        gte: Option<DateTime<Utc>>,
        /// Not after.
        lte: Option<DateTime<Utc>>,
    },
    /// Whether they have an account.
    HasAccount(bool),
    /// Whether they may not sign in.
    Blocked(bool),
    /// All of these.
    All(Vec<CustomerFilter>),
    /// Any of these.
    Any(Vec<CustomerFilter>),
    /// Not this.
    Not(Box<CustomerFilter>),
}

impl CustomerFilter {
    fn measure(&self, depth: usize, size: &mut usize) -> Result<(), ListError> {
        *size += 1;
        if depth > DEPTH_MAX {
            return Err(ListError::TooDeep);
        }
        if *size > CONDITIONS_MAX {
            return Err(ListError::TooLarge);
        }
        match self {
            Self::All(filters) | Self::Any(filters) => filters.iter().try_for_each(|f| f.measure(depth + 1, size)),
            Self::Not(filter) => filter.measure(depth + 1, size),
            _ => Ok(()),
        }
    }

    fn condition(&self) -> Condition {
        let yes_or_no = |found: sea_orm::sea_query::SimpleExpr, wanted: bool| {
            Condition::all().add(if wanted { found } else { found.not() })
        };
        match self {
            Self::Email(email) => Condition::all().add(Column::Email.eq(email.trim().to_lowercase())),
            Self::EmailPrefix(prefix) => Condition::all().add(lower_like_prefix(Column::Email, prefix)),
            Self::Since { gte, lte } => Condition::all()
                .add_option(gte.map(|at| Column::CreatedAt.gte(at)))
                .add_option(lte.map(|at| Column::CreatedAt.lte(at))),
            Self::HasAccount(wanted) => yes_or_no(has_account(false), *wanted),
            Self::Blocked(wanted) => yes_or_no(has_account(true), *wanted),
            Self::All(filters) => filters.iter().fold(Condition::all(), |all, f| all.add(f.condition())),
            // An empty OR filters nothing out, as in every list.
            Self::Any(filters) if filters.is_empty() => Condition::all(),
            Self::Any(filters) => filters.iter().fold(Condition::any(), |any, f| any.add(f.condition())),
            Self::Not(filter) => Condition::all().add(filter.condition().not()),
        }
    }
}

/// Whether the customer of the row has an account, or one that is blocked.
fn has_account(blocked: bool) -> sea_orm::sea_query::SimpleExpr {
    let mut account = Query::select();
    account
        .expr(Expr::val(1))
        .from(account::Entity)
        .and_where(Expr::col(account::Column::Id.as_column_ref()).equals(Column::Id.as_column_ref()));
    if blocked {
        account.and_where(account::Column::BlockedAt.is_not_null());
    }
    Expr::exists(account)
}

/// What customers are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CustomerSortField {
    /// By the time they came.
    #[default]
    CreatedAt,
    /// By address.
    Email,
}

/// A sort order. The key breaks ties, so that the order is total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CustomerSort {
    /// What is sorted by.
    pub field: CustomerSortField,
    /// Largest first.
    pub descending: bool,
}

impl Default for CustomerSort {
    /// Newest first.
    fn default() -> Self {
        Self {
            field: CustomerSortField::CreatedAt,
            descending: true,
        }
    }
}

/// Which customers, in which order.
#[derive(Clone, Debug, Default)]
pub struct CustomerList {
    /// Only these.
    pub filter: Option<CustomerFilter>,
    /// In this order.
    pub sort: CustomerSort,
}

impl CustomerList {
    /// Names list and sort in cursors.
    fn tag(&self) -> String {
        let field = match self.sort.field {
            CustomerSortField::CreatedAt => "created",
            CustomerSortField::Email => "email",
        };
        let direction = if self.sort.descending { "desc" } else { "asc" };
        format!("customers:{field}:{direction}")
    }

    fn select(&self, scope: &Scope) -> Result<Select<customer::Entity>, ListError> {
        let mut select = customer::Entity::find().filter(readable(scope));
        if let Some(filter) = &self.filter {
            filter.measure(0, &mut 0)?;
            select = select.filter(filter.condition());
        }
        Ok(select)
    }
}

/// Why a list cannot be given.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The filter has too many conditions.
    #[error("{}", message!("filter-too-large", max = CONDITIONS_MAX))]
    TooLarge,
    /// The filter nests too deep.
    #[error("{}", message!("filter-too-deep", max = DEPTH_MAX))]
    TooDeep,
    /// The cursor does not fit.
    #[error(transparent)]
    Page(#[from] PageError),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl ListError {
    /// What it says to people about the filter, if that is what is wrong.
    pub fn about_filter(&self) -> Option<Message> {
        match self {
            Self::TooLarge => Some(message!("filter-too-large", max = CONDITIONS_MAX)),
            Self::TooDeep => Some(message!("filter-too-deep", max = DEPTH_MAX)),
            Self::Page(_) | Self::Fault(_) => None,
        }
    }
}

impl From<DbErr> for ListError {
    fn from(error: DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// The sort key of a row, as the cursor carries it.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum SortKey {
    Text(String),
    Micros(i64),
}

/// A page of customers.
///
/// # Errors
/// A filter that asks too much; a cursor of another list or sort order; those of the database.
pub async fn list(
    db: &impl ConnectionTrait,
    scope: &Scope,
    list: &CustomerList,
    args: &PageArgs,
) -> Result<Page<Customer>, ListError> {
    let tag = list.tag();
    let after: Option<(SortKey, CustomerId)> = args.after_key(&tag)?;
    let (order, column) = (
        if list.sort.descending { Order::Desc } else { Order::Asc },
        match list.sort.field {
            CustomerSortField::CreatedAt => Column::CreatedAt,
            CustomerSortField::Email => Column::Email,
        },
    );
    let mut select = list
        .select(scope)?
        .order_by(column, order.clone())
        .order_by(Column::Id, order)
        .limit(args.first as u64 + 1);
    if let Some((key, id)) = after {
        let value: sea_orm::Value = match (list.sort.field, key) {
            (CustomerSortField::Email, SortKey::Text(text)) => text.into(),
            (CustomerSortField::CreatedAt, SortKey::Micros(micros)) => {
                DateTime::from_timestamp_micros(micros).ok_or(PageError::Cursor)?.into()
            }
            _ => return Err(PageError::Cursor.into()),
        };
        let at = Expr::tuple([Expr::col(column.as_column_ref()), Expr::col(Column::Id.as_column_ref())]);
        let seen = Expr::tuple([Expr::val(value), Expr::val(id)]);
        select = select.filter(if list.sort.descending { at.lt(seen) } else { at.gt(seen) });
    }
    let rows = select.all(db).await?;
    let sort = list.sort.field;
    Ok(Page::from_rows(args, &tag, rows, |row| {
        let key = match sort {
            CustomerSortField::Email => SortKey::Text(row.email.clone()),
            CustomerSortField::CreatedAt => SortKey::Micros(row.created_at.timestamp_micros()),
        };
        (key, row.id)
    }))
}

/// How many customers the whole list has.
///
/// # Errors
/// A filter that asks too much; those of the database.
pub async fn count(db: &impl ConnectionTrait, scope: &Scope, list: &CustomerList) -> Result<i64, ListError> {
    let count = list.select(scope)?.count(db).await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}
