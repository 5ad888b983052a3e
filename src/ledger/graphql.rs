//! The books in the schema.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use chrono::{DateTime, Utc};
use entity::ledger::ledger_check::Violation;
use entity::ledger::ledger_entry::LedgerAccount as Account;
use entity::{OrderId, PaymentId};

use crate::graphql::context::ContextExt;
use crate::graphql::guard::{Needs, visible};
use crate::graphql::id::{Gid, global_id};
use crate::graphql::page::{Connection, Count};
use crate::graphql::scalar::MoneyObject;
use crate::ledger::check::{LedgerCheck, last_check};
use crate::ledger::query::{self, Balance, LedgerEntry, LedgerFilter, ListError};
use crate::platform::error::Fault;
use crate::platform::money::Money;
use crate::platform::page::PageArgs;
use crate::platform::permission::Permission;

/// An account of the books.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "Account")]
pub enum LedgerAccount {
    /// What buyers owe.
    Receivable,
    /// What gateways hold for the shop.
    CashInTransit,
    /// What was sold, without tax and delivery, before discounts.
    Revenue,
    /// Tax that is owed to the state.
    Tax,
    /// What was earned by deliveries.
    Shipping,
    /// What was let off.
    Discounts,
    /// What gift cards can still buy.
    GiftCardLiability,
    /// What is owed to customers as credit.
    StoreCredit,
    /// What was given back of sales.
    Refunds,
    /// What gateways keep for their work.
    Fees,
    /// What banks took back.
    Disputes,
}

fn money(minor: i64, currency: &str) -> Result<MoneyObject, Fault> {
    let currency = currency.parse();
    let currency = currency.map_err(|e| Fault::part("currency of the books", e))?;
    Ok(Money::new(minor, currency).into())
}

/// A line of the books.
pub struct LedgerEntryObject(LedgerEntry);

/// A line of the books. The lines of a posting share its `reference` and balance.
#[Object(name = "LedgerEntry", cache_control(no_cache, private))]
impl LedgerEntryObject {
    /// Global id.
    async fn id(&self) -> ID {
        global_id(self.0.id)
    }

    /// Names the posting.
    async fn reference(&self) -> &str {
        &self.0.reference
    }

    /// Why: `order_placed`, `captured`, `refunded`, ...
    async fn kind(&self) -> &str {
        &self.0.kind
    }

    /// The account.
    async fn account(&self) -> LedgerAccount {
        self.0.account.into()
    }

    /// What is debited; zero when the line credits.
    async fn debit(&self) -> Result<MoneyObject> {
        Ok(money(self.0.debit, &self.0.currency_code)?)
    }

    /// What is credited; zero when the line debits.
    async fn credit(&self) -> Result<MoneyObject> {
        Ok(money(self.0.credit, &self.0.currency_code)?)
    }

    /// Global id of the order, when there was one.
    async fn order_id(&self) -> Option<ID> {
        self.0.order_id.map(global_id)
    }

    /// Global id of the payment.
    async fn payment_id(&self) -> Option<ID> {
        self.0.payment_id.map(global_id)
    }

    /// When it was posted.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// What stands in an account in a currency.
pub struct LedgerBalanceObject(Balance);

/// What stands in an account in a currency.
#[Object(name = "LedgerBalance", cache_control(no_cache, private))]
impl LedgerBalanceObject {
    /// The account.
    async fn account(&self) -> LedgerAccount {
        self.0.account.into()
    }

    /// ISO 4217.
    async fn currency_code(&self) -> &str {
        &self.0.currency_code
    }

    /// Sum of the debits.
    async fn debit(&self) -> Result<MoneyObject> {
        Ok(money(self.0.debit, &self.0.currency_code)?)
    }

    /// Sum of the credits.
    async fn credit(&self) -> Result<MoneyObject> {
        Ok(money(self.0.credit, &self.0.currency_code)?)
    }

    /// Debits less credits.
    async fn balance(&self) -> Result<MoneyObject> {
        Ok(money(self.0.debit - self.0.credit, &self.0.currency_code)?)
    }
}

/// A look at the books.
pub struct LedgerCheckObject(LedgerCheck);

/// A look at the books.
#[Object(name = "LedgerCheck", cache_control(no_cache, private))]
impl LedgerCheckObject {
    /// Global id.
    async fn id(&self) -> ID {
        global_id(self.0.id)
    }

    /// What does not hold; nothing when all is well, and no more than a hundred a rule.
    async fn violations(&self) -> Vec<LedgerViolationObject<'_>> {
        self.0.violations.0.iter().map(LedgerViolationObject).collect()
    }

    /// When it began.
    async fn started_at(&self) -> DateTime<Utc> {
        self.0.started_at
    }

    /// When it ended.
    async fn finished_at(&self) -> DateTime<Utc> {
        self.0.finished_at
    }
}

/// A rule of the books that does not hold.
pub struct LedgerViolationObject<'a>(&'a Violation);

/// A rule of the books that does not hold.
#[Object(name = "LedgerViolation")]
impl LedgerViolationObject<'_> {
    /// The rule, such as `order_books`; docs/guides/payments.md lists them.
    async fn rule(&self) -> &str {
        &self.0.rule
    }

    /// What it does not hold for: a global id, a posting or a currency.
    async fn subject(&self) -> &str {
        &self.0.subject
    }

    /// What should be.
    async fn expected(&self) -> Result<MoneyObject> {
        Ok(money(self.0.expected, &self.0.currency_code)?)
    }

    /// What is.
    async fn found(&self) -> Result<MoneyObject> {
        Ok(money(self.0.found, &self.0.currency_code)?)
    }
}

/// A filter of the books. All that is given must hold.
#[derive(InputObject, Clone, Debug, Default)]
pub struct LedgerWhere {
    /// Of this account.
    account: Option<LedgerAccount>,
    /// Of this posting.
    reference: Option<String>,
    /// Of this order and of its payments.
    order_id: Option<Gid<OrderId>>,
    /// Of this payment.
    payment_id: Option<Gid<PaymentId>>,
    /// Not before.
    since: Option<DateTime<Utc>>,
    /// Before.
    until: Option<DateTime<Utc>>,
}

impl From<LedgerWhere> for LedgerFilter {
    fn from(filter: LedgerWhere) -> Self {
        Self {
            account: filter.account.map(Into::into),
            reference: filter.reference,
            order: filter.order_id.map(|id| id.0),
            payment: filter.payment_id.map(|id| id.0),
            since: filter.since,
            until: filter.until,
        }
    }
}

struct Entries(LedgerFilter);

#[async_trait::async_trait]
impl Count for Entries {
    async fn count(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(query::count(&ctx.app().db, &self.0).await?)
    }
}

/// Queries of the books.
#[derive(Default)]
pub struct LedgerQuery;

#[Object]
impl LedgerQuery {
    /// The books, newest first. Staff only: `ledger.read`, for every channel.
    #[graphql(
        guard = "Needs(Permission::LedgerRead)",
        visible = "visible::ledger_read",
        cache_control(no_cache, private)
    )]
    async fn ledger_entries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.", name = "where")] filter: Option<LedgerWhere>,
        #[graphql(desc = "Entries a page, 0 to 250; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor to start behind.")] after: Option<String>,
    ) -> Result<Connection<LedgerEntryObject>> {
        ctx.everywhere(Permission::LedgerRead)?;
        let args = PageArgs::new(first, after, ctx.scope().viewer.is_staff())?;
        let filter = filter.unwrap_or_default().into();
        let page = match query::list(&ctx.app().db, &filter, &args).await {
            Ok(page) => page,
            Err(ListError::Page(error)) => return Err(error.into()),
            Err(ListError::Fault(fault)) => return Err(fault.into()),
        };
        Ok(Connection::new(page, LedgerEntryObject, Entries(filter)))
    }

    /// What stands in the accounts, by currency and account. Staff only: `ledger.read`, for every channel.
    #[graphql(
        guard = "Needs(Permission::LedgerRead)",
        visible = "visible::ledger_read",
        cache_control(no_cache, private)
    )]
    async fn ledger_balances(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these entries.", name = "where")] filter: Option<LedgerWhere>,
    ) -> Result<Vec<LedgerBalanceObject>> {
        ctx.everywhere(Permission::LedgerRead)?;
        let balances = query::balances(&ctx.app().db, &filter.unwrap_or_default().into()).await?;
        Ok(balances.into_iter().map(LedgerBalanceObject).collect())
    }

    /// What the last look at the books found; null when nobody has looked yet. Staff only: `ledger.read`, for every
    /// channel.
    #[graphql(
        guard = "Needs(Permission::LedgerRead)",
        visible = "visible::ledger_read",
        cache_control(no_cache, private)
    )]
    async fn ledger_check(&self, ctx: &Context<'_>) -> Result<Option<LedgerCheckObject>> {
        ctx.everywhere(Permission::LedgerRead)?;
        Ok(last_check(&ctx.app().db).await?.map(LedgerCheckObject))
    }
}
