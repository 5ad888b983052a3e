//! Payments in the schema.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use async_graphql::{Enum, ID, Object, SimpleObject};
use entity::payment::payment::PaymentStatus as Status;
use entity::{CartId, OrderId};

use crate::graphql::batch::{Batch, Shared};
use crate::graphql::id::global_id;
use crate::graphql::scalar::MoneyObject;
use crate::payment::query::{Payment, payments_of_carts, payments_of_orders};
use crate::platform::money::{Currency, Money};

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
