//! Product lists: filter, sort, keyset page.

use entity::catalog::{collection_product, product, product_listing};
use entity::{CollectionId, ProductId};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, Order, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select, Value,
};
use serde::{Deserialize, Serialize};

use crate::catalog::category::CategoryTree;
use crate::catalog::filter::Filter;
use crate::catalog::query::{Listed, listed, scoped};
use crate::channel::Scope;
use crate::platform::error::{Fault, Result};
use crate::platform::page::{Page, PageArgs, PageError};

/// What products are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortField {
    /// By name.
    Name,
    /// By lowest price.
    Price,
    /// By the time they were made.
    #[default]
    CreatedAt,
    /// By units sold.
    BestSelling,
}

/// A sort order. The key breaks ties, so that the order is total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProductSort {
    /// What is sorted by.
    pub field: SortField,
    /// Largest first.
    pub descending: bool,
}

impl Default for ProductSort {
    /// Newest first.
    fn default() -> Self {
        Self {
            field: SortField::CreatedAt,
            descending: true,
        }
    }
}

/// Which products, in which order.
#[derive(Clone, Debug, Default)]
pub struct ProductList {
    /// Only these.
    pub filter: Option<Filter>,
    /// Only those of the collection.
    pub collection: Option<CollectionId>,
    /// The order.
    pub sort: ProductSort,
}

impl ProductList {
    /// Names list and sort in cursors: channel, collection, order.
    fn tag(&self, scope: &Scope) -> String {
        let field = match self.sort.field {
            SortField::Name => "name",
            SortField::Price => "price",
            SortField::CreatedAt => "created",
            SortField::BestSelling => "sold",
        };
        let direction = if self.sort.descending { "desc" } else { "asc" };
        let of = self.collection.map(|id| id.to_string()).unwrap_or_default();
        format!("products:{}:{of}:{field}:{direction}", scope.channel.slug)
    }
}

/// The sort key of a row, as the cursor carries it.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum SortKey {
    Text(String),
    Number(i64),
}

/// Why a list cannot be given.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The cursor does not fit.
    #[error(transparent)]
    Page(#[from] PageError),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// A page of products.
///
/// # Errors
/// A cursor of another list or sort order; those of the database.
pub async fn list(
    db: &impl ConnectionTrait,
    scope: &Scope,
    tree: &CategoryTree,
    list: &ProductList,
    args: &PageArgs,
) -> Result<Page<Listed>, ListError> {
    let tag = list.tag(scope);
    let after: Option<(SortKey, ProductId)> = args.after_key(&tag)?;
    let order = if list.sort.descending { Order::Desc } else { Order::Asc };
    let column = sort_column(list.sort.field);
    let mut select = filtered(db, scope, tree, list)
        .order_by(column.clone(), order.clone())
        .order_by(product::Column::Id, order)
        .limit(args.first as u64 + 1);
    if let Some((key, id)) = after {
        select = select.filter(behind(list.sort, column, key, id)?);
    }
    let rows = listed(db, scope, select).await?;
    let sort = list.sort.field;
    Ok(Page::from_rows(args, &tag, rows, |row| {
        (key_of(sort, row), row.product.id)
    }))
}

/// How many products the whole list has.
///
/// # Errors
/// Those of the database.
pub async fn count(db: &impl ConnectionTrait, scope: &Scope, tree: &CategoryTree, list: &ProductList) -> Result<i64> {
    let count = filtered(db, scope, tree, list).count(db).await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

fn filtered(
    db: &impl ConnectionTrait,
    scope: &Scope,
    tree: &CategoryTree,
    list: &ProductList,
) -> Select<product::Entity> {
    let mut select = scoped(scope);
    if let Some(filter) = &list.filter {
        select = select.filter(filter.condition(db, &scope.channel, tree));
    }
    if let Some(collection) = list.collection {
        let members = Query::select()
            .column(collection_product::Column::ProductId)
            .from(collection_product::Entity)
            .and_where(collection_product::Column::CollectionId.eq(collection))
            .to_owned();
        select = select.filter(product::Column::Id.in_subquery(members));
    }
    // Staff also sees products that the channel does not list; a list by price or sales has no place for them.
    match list.sort.field {
        SortField::Price => select.filter(product_listing::Column::MinPrice.is_not_null()),
        SortField::BestSelling => select.filter(product_listing::Column::UnitsSold.is_not_null()),
        SortField::Name | SortField::CreatedAt => select,
    }
}

fn sort_column(field: SortField) -> SimpleExpr {
    let column = match field {
        SortField::Name => product::Column::Name.as_column_ref(),
        SortField::CreatedAt => product::Column::CreatedAt.as_column_ref(),
        SortField::Price => product_listing::Column::MinPrice.as_column_ref(),
        SortField::BestSelling => product_listing::Column::UnitsSold.as_column_ref(),
    };
    Expr::col(column)
}

fn key_of(field: SortField, row: &Listed) -> SortKey {
    match field {
        SortField::Name => SortKey::Text(row.product.name.clone()),
        SortField::CreatedAt => SortKey::Number(row.product.created_at.timestamp_micros()),
        SortField::Price => SortKey::Number(row.min_price.unwrap_or_default()),
        SortField::BestSelling => SortKey::Number(row.units_sold),
    }
}

/// The rows behind a cursor: `(column, id) > (key, id)`, or `<` when the largest come first.
fn behind(sort: ProductSort, column: SimpleExpr, key: SortKey, id: ProductId) -> Result<Condition, PageError> {
    let value: Value = match (sort.field, key) {
        (SortField::Name, SortKey::Text(text)) => text.into(),
        (SortField::CreatedAt, SortKey::Number(micros)) => chrono::DateTime::from_timestamp_micros(micros)
            .ok_or(PageError::Cursor)?
            .into(),
        (SortField::Price | SortField::BestSelling, SortKey::Number(number)) => number.into(),
        _ => return Err(PageError::Cursor),
    };
    let at = Expr::tuple([column, Expr::col(product::Column::Id.as_column_ref())]);
    let seen = Expr::tuple([Expr::val(value), Expr::val(id)]);
    Ok(Condition::all().add(if sort.descending { at.lt(seen) } else { at.gt(seen) }))
}
