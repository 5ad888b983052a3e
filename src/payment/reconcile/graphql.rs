//! Comparisons of the books in the schema.

use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::{DateTime, Utc};

use crate::graphql::context::ContextExt;
use crate::graphql::guard::{Needs, visible};
use crate::graphql::id::global_id;
use crate::graphql::page::{Connection, Count};
use crate::graphql::scalar::MoneyObject;
use crate::payment::reconcile::query::{count_differences, count_rounds, differences, rounds};
use crate::payment::reconcile::{DifferenceFilter, ListError, Reconciliation, ReconciliationDifference};
use crate::platform::error::Fault;
use crate::platform::money::Money;
use crate::platform::page::PageArgs;
use crate::platform::permission::Permission;

/// A comparison of our books with those of a gateway.
pub struct ReconciliationObject(Reconciliation);

/// A comparison of our books with those of a gateway.
#[Object(name = "Reconciliation", cache_control(no_cache, private))]
impl ReconciliationObject {
    /// Global id.
    async fn id(&self) -> ID {
        global_id(self.0.id)
    }

    /// Name of the gateway.
    async fn gateway(&self) -> &str {
        &self.0.gateway
    }

    /// Payments that were compared.
    async fn checked(&self) -> i32 {
        self.0.checked
    }

    /// Payments that were moved on by it.
    async fn settled(&self) -> i32 {
        self.0.settled
    }

    /// Differences that it could not settle, those among them that were known before.
    async fn differences(&self) -> i32 {
        self.0.differences
    }

    /// Why it ended early.
    async fn failure(&self) -> Option<&str> {
        self.0.failure.as_deref()
    }

    /// When it began.
    async fn started_at(&self) -> DateTime<Utc> {
        self.0.started_at
    }

    /// When it ended.
    async fn finished_at(&self) -> Option<DateTime<Utc>> {
        self.0.finished_at
    }
}

/// Something in which our books and those of a gateway differ.
pub struct DifferenceObject(ReconciliationDifference);

impl DifferenceObject {
    fn money(&self, minor: Option<i64>) -> Result<Option<MoneyObject>> {
        let (Some(minor), Some(code)) = (minor, &self.0.currency_code) else {
            return Ok(None);
        };
        let currency = code.parse().map_err(|e| Fault::part("currency of a difference", e))?;
        Ok(Some(Money::new(minor, currency).into()))
    }
}

/// Something in which our books and those of a gateway differ.
#[Object(name = "ReconciliationDifference", cache_control(no_cache, private))]
impl DifferenceObject {
    /// Global id.
    async fn id(&self) -> ID {
        global_id(self.0.id)
    }

    /// Name of the gateway.
    async fn gateway(&self) -> &str {
        &self.0.gateway
    }

    /// What differs: `unknown_payment`, `currency`, `authorized_amount`, `captured_amount`, `refunded_amount`,
    /// `booked_amount`, `paid_without_order`, `not_applicable`.
    #[graphql(name = "type")]
    async fn kind(&self) -> &str {
        &self.0.kind
    }

    /// Global id of the payment, when it is ours.
    async fn payment_id(&self) -> Option<ID> {
        self.0.payment_id.map(global_id)
    }

    /// The gateway's id of the payment.
    async fn gateway_reference(&self) -> Option<&str> {
        self.0.gateway_reference.as_deref()
    }

    /// What our books say.
    async fn ours(&self) -> Result<Option<MoneyObject>> {
        self.money(self.0.ours)
    }

    /// What the gateway says.
    async fn theirs(&self) -> Result<Option<MoneyObject>> {
        self.money(self.0.theirs)
    }

    /// When it was found.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// Since when it is gone.
    async fn resolved_at(&self) -> Option<DateTime<Utc>> {
        self.0.resolved_at
    }
}

/// A filter of differences. All that is given must hold.
#[derive(InputObject, Clone, Debug, Default)]
pub struct ReconciliationDifferenceWhere {
    /// Of this gateway.
    gateway: Option<String>,
    /// Whether they are there still.
    open: Option<bool>,
}

struct Rounds;

#[async_trait::async_trait]
impl Count for Rounds {
    async fn count(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(count_rounds(&ctx.app().db).await?)
    }
}

struct Differences(DifferenceFilter);

#[async_trait::async_trait]
impl Count for Differences {
    async fn count(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(count_differences(&ctx.app().db, &self.0).await?)
    }
}

fn list_error(error: ListError) -> async_graphql::Error {
    match error {
        ListError::Page(error) => error.into(),
        ListError::Fault(fault) => fault.into(),
    }
}

/// Queries of comparisons of the books.
#[derive(Default)]
pub struct ReconciliationQuery;

#[Object]
impl ReconciliationQuery {
    /// Comparisons of our books with those of the gateways, newest first. Staff only: `payments.reconcile`.
    #[graphql(
        guard = "Needs(Permission::PaymentsReconcile)",
        visible = "visible::payments_reconcile",
        cache_control(no_cache, private)
    )]
    async fn reconciliations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Comparisons a page, 0 to 250; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor to start behind.")] after: Option<String>,
    ) -> Result<Connection<ReconciliationObject>> {
        ctx.everywhere(Permission::PaymentsReconcile)?;
        let args = PageArgs::new(first, after, true)?;
        let page = rounds(&ctx.app().db, &args).await.map_err(list_error)?;
        Ok(Connection::new(page, ReconciliationObject, Rounds))
    }

    /// What comparisons found and could not settle, newest first. Staff only: `payments.reconcile`.
    #[graphql(
        guard = "Needs(Permission::PaymentsReconcile)",
        visible = "visible::payments_reconcile",
        cache_control(no_cache, private)
    )]
    async fn reconciliation_differences(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.", name = "where")] filter: Option<ReconciliationDifferenceWhere>,
        #[graphql(desc = "Differences a page, 0 to 250; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor to start behind.")] after: Option<String>,
    ) -> Result<Connection<DifferenceObject>> {
        ctx.everywhere(Permission::PaymentsReconcile)?;
        let args = PageArgs::new(first, after, true)?;
        let filter = filter.unwrap_or_default();
        let filter = DifferenceFilter {
            gateway: filter.gateway,
            open: filter.open,
        };
        let page = differences(&ctx.app().db, &filter, &args).await.map_err(list_error)?;
        Ok(Connection::new(page, DifferenceObject, Differences(filter)))
    }
}
