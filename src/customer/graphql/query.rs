//! Queries of customers.

use async_graphql::{Context, Enum, InputObject, Object, Result};
use chrono::{DateTime, Utc};
use entity::CustomerId;

use crate::catalog::SortDirection;
use crate::customer::graphql::batch::CustomerKey;
use crate::customer::graphql::types::CustomerObject;
use crate::customer::list::{self, CustomerFilter, CustomerList, CustomerSort, CustomerSortField, ListError};
use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::graphql::guard::{Needs, visible};
use crate::graphql::id::Gid;
use crate::graphql::page::{Connection, Count};
use crate::platform::locale::message;
use crate::platform::page::PageArgs;
use crate::platform::permission::Permission;

/// What customers are sorted by.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(name = "CustomerSortField", remote = "CustomerSortField")]
pub enum SortField {
    /// By the time they first came.
    CreatedAt,
    /// By e-mail address.
    Email,
}

/// An order of customers.
#[derive(InputObject, Clone, Copy, Debug)]
#[graphql(name = "CustomerSort")]
pub struct CustomerSortInput {
    /// What is sorted by.
    field: SortField,
    /// Up or down.
    #[graphql(default_with = "SortDirection::Asc")]
    direction: SortDirection,
}

/// A range of time, both ends included.
#[derive(InputObject, Clone, Debug)]
pub struct TimeRange {
    /// Not before.
    gte: Option<DateTime<Utc>>,
    /// Not after.
    lte: Option<DateTime<Utc>>,
}

/// A filter of customers. Fields of one object must all hold.
#[derive(InputObject, Clone, Debug, Default)]
pub struct CustomerWhere {
    /// With this e-mail address; case does not matter.
    email: Option<String>,
    /// Whose e-mail address starts so; case does not matter.
    email_starts_with: Option<String>,
    /// Who first came in this time.
    created_at: Option<TimeRange>,
    /// Whether they have an account.
    has_account: Option<bool>,
    /// Whether they may not sign in.
    blocked: Option<bool>,
    /// All of these.
    #[graphql(name = "AND")]
    and: Option<Vec<CustomerWhere>>,
    /// Any of these.
    #[graphql(name = "OR")]
    or: Option<Vec<CustomerWhere>>,
    /// Not this.
    #[graphql(name = "NOT")]
    not: Option<Box<CustomerWhere>>,
}

impl CustomerWhere {
    fn filter(self) -> CustomerFilter {
        let each = |filters: Vec<Self>| filters.into_iter().map(Self::filter).collect();
        let mut all = Vec::new();
        all.extend(self.email.map(CustomerFilter::Email));
        all.extend(self.email_starts_with.map(CustomerFilter::EmailPrefix));
        all.extend(self.created_at.map(|range| CustomerFilter::Since {
            gte: range.gte,
            lte: range.lte,
        }));
        all.extend(self.has_account.map(CustomerFilter::HasAccount));
        all.extend(self.blocked.map(CustomerFilter::Blocked));
        all.extend(self.and.map(each).map(CustomerFilter::All));
        all.extend(self.or.map(each).map(CustomerFilter::Any));
        all.extend(self.not.map(|not| CustomerFilter::Not(Box::new(not.filter()))));
        CustomerFilter::All(all)
    }
}

fn list_error(error: ListError) -> async_graphql::Error {
    let about = error.about_filter();
    match (error, about) {
        (_, Some(reason)) => ApiError::bad_input(message!("at", place = "where", reason = reason)).into(),
        (ListError::Page(error), _) => error.into(),
        (ListError::Fault(fault), _) => fault.into(),
        (other, _) => other.into(),
    }
}

struct Customers(CustomerList);

#[async_trait::async_trait]
impl Count for Customers {
    async fn count(&self, ctx: &Context<'_>) -> Result<i64> {
        list::count(&ctx.app().db, ctx.scope(), &self.0)
            .await
            .map_err(list_error)
    }
}

/// Queries of customers.
#[derive(Default)]
pub struct CustomerQuery;

#[Object]
impl CustomerQuery {
    /// The customer who asks; null when no customer has signed in.
    #[graphql(cache_control(no_cache, private))]
    async fn me(&self, ctx: &Context<'_>) -> Result<Option<CustomerObject>> {
        match ctx.scope().viewer.customer() {
            Some(me) => Ok(ctx.batch(CustomerKey(me)).await?.map(CustomerObject)),
            None => Ok(None),
        }
    }

    /// A customer; null when they do not exist for the viewer. Staff only: `customers.read`.
    #[graphql(
        guard = "Needs(Permission::CustomersRead)",
        visible = "visible::customers_read",
        cache_control(no_cache, private)
    )]
    async fn customer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: Gid<CustomerId>,
    ) -> Result<Option<CustomerObject>> {
        Ok(ctx.batch(CustomerKey(id.0)).await?.map(CustomerObject))
    }

    /// Customers, newest first unless told otherwise: all of them, or with the permission for one channel those who
    /// bought there. Staff only: `customers.read`.
    #[graphql(
        guard = "Needs(Permission::CustomersRead)",
        visible = "visible::customers_read",
        cache_control(no_cache, private)
    )]
    async fn customers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.", name = "where")] filter: Option<CustomerWhere>,
        #[graphql(desc = "In this order.")] sort: Option<CustomerSortInput>,
        #[graphql(desc = "Customers a page, 0 to 250; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor to start behind.")] after: Option<String>,
    ) -> Result<Connection<CustomerObject>> {
        let args = PageArgs::new(first, after, ctx.scope().viewer.is_staff())?;
        let sort = sort.map(|sort| CustomerSort {
            field: sort.field.into(),
            descending: sort.direction == SortDirection::Desc,
        });
        let wanted = CustomerList {
            filter: filter.map(CustomerWhere::filter),
            sort: sort.unwrap_or_default(),
        };
        let page = list::list(&ctx.app().db, ctx.scope(), &wanted, &args).await;
        let page = page.map_err(list_error)?;
        Ok(Connection::new(page, CustomerObject, Customers(wanted)))
    }
}
