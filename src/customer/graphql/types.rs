//! Customers as clients see them.

use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};
use entity::{CustomerId, TypedId};

use crate::account::{SessionObject, sessions_of};
use crate::customer::graphql::address::CustomerAddressObject;
use crate::customer::graphql::batch::{AccountOf, AddressesOf, SpendingOf};
use crate::customer::query::Customer;
use crate::graphql::context::ContextExt;
use crate::graphql::guard::{Needs, visible};
use crate::graphql::id::global_id;
use crate::graphql::page::{Connection, Count};
use crate::graphql::scalar::MoneyObject;
use crate::order::{HistoryError, OrderObject, count_orders_of_customer, orders_of_customer};
use crate::payment::{PaymentMethodObject, methods_of};
use crate::platform::page::{Page, PageArgs};
use crate::platform::permission::Permission;

/// Somebody who buys, with or without an account.
pub struct CustomerObject(pub Customer);

struct OrdersOf(CustomerId);

#[async_trait::async_trait]
impl Count for OrdersOf {
    async fn count(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(count_orders_of_customer(&ctx.app().db, ctx.scope(), self.0).await?)
    }
}

/// Somebody who buys, with or without an account.
#[Object(name = "Customer", cache_control(no_cache, private))]
impl CustomerObject {
    /// Global id, for example `customer_01jd3v9k3hf2x8k3w2v5m0q7zt`.
    pub(crate) async fn id(&self) -> ID {
        global_id(self.0.id)
    }

    /// E-mail address, in lower case.
    async fn email(&self) -> &str {
        &self.0.email
    }

    /// Given name.
    async fn first_name(&self) -> Option<&str> {
        self.0.first_name.as_deref()
    }

    /// Family name.
    async fn last_name(&self) -> Option<&str> {
        self.0.last_name.as_deref()
    }

    /// When they first came.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// Whether they have proven that the address of their account is theirs.
    async fn email_verified(&self, ctx: &Context<'_>) -> Result<bool> {
        let account = ctx.batch(AccountOf(self.0.id)).await?;
        Ok(account.is_some_and(|account| account.email_verified_at.is_some()))
    }

    /// Addresses that they keep, oldest first; 50 at most.
    async fn addresses(&self, ctx: &Context<'_>) -> Result<Vec<CustomerAddressObject>> {
        let rows = ctx.batch(AddressesOf(self.0.id)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(CustomerAddressObject).collect())
    }

    /// Orders, newest first.
    async fn orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Orders a page, 0 to 100; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor to start behind.")] after: Option<String>,
    ) -> Result<Connection<OrderObject>> {
        let args = PageArgs::new(first, after, ctx.scope().viewer.is_staff())?;
        let page = match orders_of_customer(&ctx.app().db, ctx.scope(), self.0.id, &args).await {
            Ok(page) => page,
            Err(HistoryError::Page(error)) => return Err(error.into()),
            Err(HistoryError::Fault(fault)) => return Err(fault.into()),
        };
        let rows = page.rows.into_iter();
        let rows = rows.map(|(cursor, order)| Ok((cursor, OrderObject::new(order)?)));
        let page = Page {
            rows: rows.collect::<Result<Vec<_>>>()?,
            has_next: page.has_next,
            has_previous: page.has_previous,
        };
        Ok(Connection::new(page, |order| order, OrdersOf(self.0.id)))
    }

    /// Sign-ins that go on, the one used last first. Shown to the customer alone.
    async fn sessions(&self, ctx: &Context<'_>) -> Result<Vec<SessionObject>> {
        if ctx.scope().viewer.customer() != Some(self.0.id) {
            return Ok(Vec::new());
        }
        let sessions = sessions_of(ctx.app(), self.0.id.uuid()).await?;
        Ok(sessions.into_iter().map(SessionObject).collect())
    }

    /// Means of payment that they keep, the one to offer first at the head. Shown to the customer alone.
    async fn payment_methods(&self, ctx: &Context<'_>) -> Result<Vec<PaymentMethodObject>> {
        if ctx.scope().viewer.customer() != Some(self.0.id) {
            return Ok(Vec::new());
        }
        let methods = methods_of(&ctx.app().db, self.0.id).await?;
        Ok(methods.into_iter().map(PaymentMethodObject).collect())
    }

    /// Orders so far: everywhere, or in the channel for staff of one channel. Staff only: `customers.read`.
    #[graphql(guard = "Needs(Permission::CustomersRead)", visible = "visible::customers_read")]
    async fn orders_count(&self, ctx: &Context<'_>) -> Result<i32> {
        let spent = ctx.batch(SpendingOf(self.0.id)).await?.unwrap_or_default();
        Ok(i32::try_from(spent.orders).unwrap_or(i32::MAX))
    }

    /// What was paid so far in the currency of the channel; orders in other currencies do not count.
    /// Staff only: `customers.read`.
    #[graphql(guard = "Needs(Permission::CustomersRead)", visible = "visible::customers_read")]
    async fn total_spent(&self, ctx: &Context<'_>) -> Result<MoneyObject> {
        let spent = ctx.batch(SpendingOf(self.0.id)).await?.unwrap_or_default();
        Ok(ctx.scope().channel.money(spent.paid).into())
    }

    /// Whether they have an account. Staff only: `customers.read`.
    #[graphql(guard = "Needs(Permission::CustomersRead)", visible = "visible::customers_read")]
    async fn has_account(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(ctx.batch(AccountOf(self.0.id)).await?.is_some())
    }

    /// Since when they may not sign in. Staff only: `customers.read`.
    #[graphql(guard = "Needs(Permission::CustomersRead)", visible = "visible::customers_read")]
    async fn blocked_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        let account = ctx.batch(AccountOf(self.0.id)).await?;
        Ok(account.and_then(|account| account.blocked_at))
    }
}
