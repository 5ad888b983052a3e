//! Orders in the schema.

mod refund;

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Enum, ID, Object, Result};
use entity::OrderId;
use entity::order::orders::{FulfillmentState, OrderStatus as Status, PaymentState};
use entity::order::{order_event, order_line};

use crate::cart::AddressObject;
use crate::graphql::batch::{Batch, Shared};
use crate::graphql::context::ContextExt;
use crate::graphql::id::{Gid, global_id};
use crate::graphql::page::{Connection, Known};
use crate::graphql::scalar::MoneyObject;
use crate::order::place::Written;
use crate::order::query::{Order, currency_of, events_of, lines_of, order_for, orders_by_ids};
use crate::payment::{PaymentObject, PaymentsOfOrder, RefundObject, RefundsOfOrder};
use crate::platform::error::Fault;
use crate::platform::money::{Currency, Money};
use crate::platform::page::{Page, PageArgs};

pub use refund::OrderMutation;

/// Where an order stands.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "Status")]
pub enum OrderStatus {
    /// Placed.
    Open,
    /// Paid and sent.
    Completed,
    /// Called off.
    Cancelled,
}

/// What has been paid of an order.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "PaymentState")]
pub enum OrderPaymentStatus {
    /// Nothing yet, or under way.
    Pending,
    /// Promised by the gateway.
    Authorized,
    /// A part.
    PartiallyPaid,
    /// All.
    Paid,
    /// A part went back.
    PartiallyRefunded,
    /// All went back.
    Refunded,
}

/// What has been sent of an order.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "FulfillmentState")]
pub enum OrderFulfillmentStatus {
    /// Nothing.
    Unfulfilled,
    /// A part.
    PartiallyFulfilled,
    /// All.
    Fulfilled,
}

/// A sale, as it was priced on the day.
pub struct OrderObject {
    order: Order,
    currency: Currency,
}

impl OrderObject {
    /// An order in its currency.
    ///
    /// # Errors
    /// When the row holds no currency.
    pub fn new(order: Order) -> Result<Self, Fault> {
        let currency = currency_of(&order)?;
        Ok(Self { order, currency })
    }

    /// An order with what was written along a moment ago, which need not be read again.
    ///
    /// # Errors
    /// When the row holds no currency.
    pub async fn of(ctx: &Context<'_>, order: Order, written: Option<Written>) -> Result<Self, Fault> {
        if let Some(written) = written {
            ctx.known(LinesOf(order.id), written.lines).await;
            ctx.known(EventsOf(order.id), written.events).await;
            ctx.known(PaymentsOfOrder(order.id), written.payments).await;
        }
        Self::new(order)
    }

    fn money(&self, minor: i64) -> MoneyObject {
        Money::new(minor, self.currency).into()
    }
}

/// A sale, as it was priced on the day.
#[Object(name = "Order", cache_control(no_cache, private))]
impl OrderObject {
    /// Global id, for example `order_01jd3v9k3hf2x8k3w2v5m0q7zt`.
    pub(crate) async fn id(&self) -> ID {
        global_id(self.order.id)
    }

    /// Number for people, for example `10001`.
    async fn number(&self) -> &str {
        &self.order.number
    }

    /// The secret that lets its holder read the order.
    async fn access_token(&self) -> &str {
        &self.order.access_token
    }

    /// Where it stands.
    async fn status(&self) -> OrderStatus {
        self.order.status.into()
    }

    /// What has been paid.
    async fn payment_status(&self) -> OrderPaymentStatus {
        self.order.payment_status.into()
    }

    /// What has been sent.
    async fn fulfillment_status(&self) -> OrderFulfillmentStatus {
        self.order.fulfillment_status.into()
    }

    /// When it was placed.
    async fn placed_at(&self) -> chrono::DateTime<chrono::Utc> {
        self.order.placed_at
    }

    /// Where mail about it goes.
    async fn email(&self) -> Option<&str> {
        self.order.email.as_deref()
    }

    /// Lines, in order.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<OrderLineObject>> {
        let rows = ctx.batch(LinesOf(self.order.id)).await?.unwrap_or_default();
        Ok(rows
            .into_iter()
            .map(|row| OrderLineObject {
                row,
                currency: self.currency,
            })
            .collect())
    }

    /// Sum of the lines before discounts.
    async fn subtotal(&self) -> MoneyObject {
        self.money(self.order.subtotal)
    }

    /// Sum of the discounts.
    async fn discount_total(&self) -> MoneyObject {
        self.money(self.order.discount_total)
    }

    /// Price of the delivery.
    async fn shipping_total(&self) -> MoneyObject {
        self.money(self.order.shipping_total)
    }

    /// Tax: part of the prices when `taxIncluded`, on top otherwise.
    async fn tax_total(&self) -> MoneyObject {
        self.money(self.order.tax_total)
    }

    /// Whether its prices include tax.
    async fn tax_included(&self) -> bool {
        self.order.tax_included
    }

    /// What was due.
    async fn total(&self) -> MoneyObject {
        self.money(self.order.total)
    }

    /// What is still due.
    async fn outstanding(&self) -> MoneyObject {
        self.money(self.order.total - self.order.paid_total + self.order.refunded_total)
    }

    /// Where it goes.
    async fn shipping_address(&self) -> Option<AddressObject> {
        self.order.shipping_address.clone().map(Into::into)
    }

    /// Who pays, when different.
    async fn billing_address(&self) -> Option<AddressObject> {
        self.order.billing_address.clone().map(Into::into)
    }

    /// The way of delivery as it was called.
    async fn delivery_name(&self) -> Option<&str> {
        self.order.delivery_name.as_deref()
    }

    /// Payments, oldest first.
    async fn payments(&self, ctx: &Context<'_>) -> Result<Vec<PaymentObject>> {
        let rows = ctx.batch(PaymentsOfOrder(self.order.id)).await?.unwrap_or_default();
        Ok(rows
            .into_iter()
            .map(|row| PaymentObject::new(row, self.currency))
            .collect())
    }

    /// Money that went back, or is on its way, oldest first.
    async fn refunds(&self, ctx: &Context<'_>) -> Result<Vec<RefundObject>> {
        let rows = ctx.batch(RefundsOfOrder(self.order.id)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(RefundObject::new).collect::<Result<_, _>>()?)
    }

    /// What was paid so far.
    async fn paid_total(&self) -> MoneyObject {
        self.money(self.order.paid_total)
    }

    /// What went back of it.
    async fn refunded_total(&self) -> MoneyObject {
        self.money(self.order.refunded_total)
    }

    /// History, oldest first.
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Entries a page, 0 to 100; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor to start behind.")] after: Option<String>,
    ) -> Result<Connection<OrderEventObject>> {
        let args = PageArgs::new(first, after, ctx.scope().viewer.is_staff())?;
        let rows = ctx.batch(EventsOf(self.order.id)).await?.unwrap_or_default();
        let total = Known(rows.len());
        let page = Page::from_slice(&args, "order.events", rows, |row| row.id)?;
        Ok(Connection::new(page, OrderEventObject, total))
    }
}

/// What was sold, as it was called and priced on the day.
pub struct OrderLineObject {
    row: order_line::Model,
    currency: Currency,
}

/// What was sold, as it was called and priced on the day.
#[Object(name = "OrderLine")]
impl OrderLineObject {
    /// Global id.
    async fn id(&self) -> ID {
        global_id(self.row.id)
    }

    /// SKU on the day.
    async fn sku(&self) -> &str {
        &self.row.sku
    }

    /// Name on the day.
    async fn name(&self) -> &str {
        &self.row.name
    }

    /// Units.
    async fn quantity(&self) -> i32 {
        self.row.quantity
    }

    /// Price of one unit.
    async fn unit_price(&self) -> MoneyObject {
        Money::new(self.row.unit_price, self.currency).into()
    }

    /// Units times price, less discounts.
    async fn total(&self) -> MoneyObject {
        Money::new(self.row.total, self.currency).into()
    }

    /// Tax on the line.
    async fn tax_total(&self) -> MoneyObject {
        Money::new(self.row.tax_total, self.currency).into()
    }
}

/// An entry in the history of an order.
pub struct OrderEventObject(pub order_event::Model);

/// An entry in the history of an order.
#[Object(name = "OrderEvent")]
impl OrderEventObject {
    /// Global id.
    async fn id(&self) -> ID {
        global_id(self.0.id)
    }

    /// What happened: `PLACED`, `PAID`, ...
    #[graphql(name = "type")]
    async fn kind(&self) -> &str {
        &self.0.kind
    }

    /// The same for people.
    async fn message(&self) -> &str {
        &self.0.message
    }

    /// Who did it: `customer`, `staff`, `system`, `import`.
    async fn actor(&self) -> &str {
        &self.0.actor
    }

    /// When it happened.
    async fn created_at(&self) -> chrono::DateTime<chrono::Utc> {
        self.0.created_at
    }
}

/// An order, if its id alone opens it to the viewer.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct OrderKey(pub OrderId);

impl Loader<OrderKey> for Batch {
    type Value = Order;
    type Error = Shared;

    async fn load(&self, keys: &[OrderKey]) -> Result<HashMap<OrderKey, Order>, Shared> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = orders_by_ids(&self.app.db, &self.scope, &ids).await?;
        Ok(found.into_iter().map(|(id, order)| (OrderKey(id), order)).collect())
    }
}

/// The lines of an order.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct LinesOf(OrderId);

impl Loader<LinesOf> for Batch {
    type Value = Vec<order_line::Model>;
    type Error = Shared;

    async fn load(&self, keys: &[LinesOf]) -> Result<HashMap<LinesOf, Vec<order_line::Model>>, Shared> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        Ok(lines_of(&self.app.db, &ids)
            .await?
            .into_iter()
            .map(|(id, rows)| (LinesOf(id), rows))
            .collect())
    }
}

/// The history of an order.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct EventsOf(OrderId);

impl Loader<EventsOf> for Batch {
    type Value = Vec<order_event::Model>;
    type Error = Shared;

    async fn load(&self, keys: &[EventsOf]) -> Result<HashMap<EventsOf, Vec<order_event::Model>>, Shared> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        Ok(events_of(&self.app.db, &ids)
            .await?
            .into_iter()
            .map(|(id, rows)| (EventsOf(id), rows))
            .collect())
    }
}

/// Queries of orders.
#[derive(Default)]
pub struct OrderQuery;

#[Object]
impl OrderQuery {
    /// An order, for staff, its customer, or the holder of its access token; null for everybody else.
    #[graphql(cache_control(no_cache, private))]
    async fn order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: Gid<OrderId>,
        #[graphql(desc = "The secret that came with the order.")] access_token: Option<String>,
    ) -> Result<Option<OrderObject>> {
        let order = order_for(&ctx.app().db, ctx.scope(), id.0, access_token.as_deref()).await?;
        Ok(order.map(OrderObject::new).transpose()?)
    }
}
