//! Payments in the schema.

mod moved;
mod staff;

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use entity::payment::payment::PaymentStatus as Status;
use entity::{CartId, OrderId};

use crate::graphql::batch::{Batch, Shared};
use crate::graphql::context::ContextExt;
use crate::graphql::guard::{Needs, visible};
use crate::graphql::id::global_id;
use crate::graphql::scalar::MoneyObject;
use crate::payment::graphql::moved::{
    DisputeObject, DisputesOfPayment, EventsOfPayment, PaymentEventObject, RefundsOfPayment,
};
use crate::payment::query::{Payment, payments_of_carts, payments_of_orders};
use crate::platform::money::{Currency, Money};
use crate::platform::permission::Permission;

pub use moved::{RefundObject, RefundsOfOrder};
pub use staff::{PaymentMutation, PaymentQuery};

/// Where a payment stands.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "Status")]
pub enum PaymentStatus {
    /// The gateway has not answered for good.
    Pending,
    /// The shopper must do something, such as 3-D Secure: see `nextAction`.
    RequiresAction,
    /// The money is promised and can be captured.
    Authorized,
    /// The money is there.
    Succeeded,
    /// Refused.
    Failed,
    /// Called off, or given back.
    Cancelled,
}

/// What the shopper must do next.
#[derive(SimpleObject)]
#[graphql(name = "PaymentNextAction")]
pub struct NextActionObject {
    /// For example `redirect`: send the browser to `url`.
    #[graphql(name = "type")]
    kind: String,
    /// What the gateway's script needs.
    client_secret: Option<String>,
    /// Where to send the browser; one that starts with a slash is relative to the server.
    url: Option<String>,
}

/// Money asked of a gateway.
pub struct PaymentObject {
    row: Payment,
    currency: Currency,
}

impl PaymentObject {
    /// A payment in its currency.
    pub fn new(row: Payment, currency: Currency) -> Self {
        Self { row, currency }
    }

    fn money(&self, minor: i64) -> MoneyObject {
        Money::new(minor, self.currency).into()
    }
}

/// Money asked of a gateway.
#[Object(name = "Payment", cache_control(no_cache, private))]
impl PaymentObject {
    /// Global id: send it to `checkoutComplete`.
    async fn id(&self) -> ID {
        global_id(self.row.id)
    }

    /// Where it stands.
    async fn status(&self) -> PaymentStatus {
        self.row.status.into()
    }

    /// How much.
    async fn amount(&self) -> MoneyObject {
        Money::new(self.row.amount, self.currency).into()
    }

    /// Name of the gateway.
    async fn gateway(&self) -> &str {
        &self.row.gateway
    }

    /// Why it failed, as the gateway says.
    async fn failure(&self) -> Option<&str> {
        self.row.failure.as_deref()
    }

    /// What the shopper must do next.
    async fn next_action(&self) -> Option<NextActionObject> {
        let next = self.row.next_action.clone()?;
        Some(NextActionObject {
            kind: next.kind,
            client_secret: next.client_secret,
            url: next.url,
        })
    }

    /// What can still be captured.
    async fn authorized_amount(&self) -> MoneyObject {
        self.money(self.row.authorized_amount)
    }

    /// What was captured.
    async fn captured_amount(&self) -> MoneyObject {
        self.money(self.row.captured_amount)
    }

    /// Captures under way: the gateway has not answered for good.
    async fn capturing_amount(&self) -> MoneyObject {
        self.money(self.row.capturing_amount)
    }

    /// What went back.
    async fn refunded_amount(&self) -> MoneyObject {
        self.money(self.row.refunded_amount)
    }

    /// Refunds under way: the gateway has not answered for good.
    async fn refunding_amount(&self) -> MoneyObject {
        self.money(self.row.refunding_amount)
    }

    /// What banks hold back for disputes. Staff only: `orders.read`.
    #[graphql(guard = "Needs(Permission::OrdersRead)", visible = "visible::orders_read")]
    async fn disputed_amount(&self) -> MoneyObject {
        self.money(self.row.disputed_amount)
    }

    /// What the gateway keeps for its work, without that on disputes. Staff only: `orders.read`.
    #[graphql(guard = "Needs(Permission::OrdersRead)", visible = "visible::orders_read")]
    async fn fee_amount(&self) -> MoneyObject {
        self.money(self.row.fee_amount)
    }

    /// Money that went back, or is on its way, oldest first.
    async fn refunds(&self, ctx: &Context<'_>) -> Result<Vec<RefundObject>> {
        let rows = ctx.batch(RefundsOfPayment(self.row.id)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(RefundObject::new).collect::<Result<_, _>>()?)
    }

    /// What banks dispute of it, oldest first. Staff only: `orders.read`.
    #[graphql(guard = "Needs(Permission::OrdersRead)", visible = "visible::orders_read")]
    async fn disputes(&self, ctx: &Context<'_>) -> Result<Vec<DisputeObject>> {
        let rows = ctx.batch(DisputesOfPayment(self.row.id)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(DisputeObject).collect())
    }

    /// What happened to it, oldest first. Staff only: `orders.read`.
    #[graphql(guard = "Needs(Permission::OrdersRead)", visible = "visible::orders_read")]
    async fn events(&self, ctx: &Context<'_>) -> Result<Vec<PaymentEventObject>> {
        let rows = ctx.batch(EventsOfPayment(self.row.id)).await?.unwrap_or_default();
        let currency = self.currency;
        Ok(rows
            .into_iter()
            .map(|row| PaymentEventObject { row, currency })
            .collect())
    }

    /// When it was started.
    async fn created_at(&self) -> chrono::DateTime<chrono::Utc> {
        self.row.created_at
    }
}

/// The payments of an order.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PaymentsOfOrder(pub OrderId);

impl Loader<PaymentsOfOrder> for Batch {
    type Value = Vec<Payment>;
    type Error = Shared;

    async fn load(&self, keys: &[PaymentsOfOrder]) -> Result<HashMap<PaymentsOfOrder, Vec<Payment>>, Shared> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = payments_of_orders(&self.app.db, &ids).await?;
        Ok(found
            .into_iter()
            .map(|(id, rows)| (PaymentsOfOrder(id), rows))
            .collect())
    }
}

/// The payments of a cart that are not over.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PaymentsOfCart(pub CartId);

impl Loader<PaymentsOfCart> for Batch {
    type Value = Vec<Payment>;
    type Error = Shared;

    async fn load(&self, keys: &[PaymentsOfCart]) -> Result<HashMap<PaymentsOfCart, Vec<Payment>>, Shared> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = payments_of_carts(&self.app.db, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (PaymentsOfCart(id), rows)).collect())
    }
}
