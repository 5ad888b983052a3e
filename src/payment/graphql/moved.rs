//! What happened to payments, in the schema: refunds, disputes, history.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use async_graphql::{Enum, ID, Object, Result};
use chrono::{DateTime, Utc};
use entity::payment::dispute::DisputeStatus as Disputed;
use entity::payment::refund::RefundStatus as Status;
use entity::{OrderId, PaymentId};

use crate::graphql::batch::{Batch, Shared};
use crate::graphql::guard::{Needs, visible};
use crate::graphql::id::global_id;
use crate::graphql::scalar::MoneyObject;
use crate::payment::query::{
    Dispute, PaymentEvent, Refund, disputes_of_payments, events_of_payments, refunds_of_orders, refunds_of_payments,
};
use crate::platform::error::Fault;
use crate::platform::money::{Currency, Money};
use crate::platform::permission::Permission;

/// Where a refund stands.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "Status")]
pub enum RefundStatus {
    /// Asked for; the gateway has not answered for good.
    Pending,
    /// The money is on its way back.
    Succeeded,
    /// Refused: the money stays.
    Failed,
}

/// Where a dispute stands.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "Disputed")]
pub enum DisputeStatus {
    /// Evidence is awaited.
    NeedsResponse,
    /// The bank looks at the evidence.
    UnderReview,
    /// The money stays, or came back.
    Won,
    /// The money is gone.
    Lost,
    /// It ended without money moving, for example an inquiry.
    Closed,
}

/// Money given back.
pub struct RefundObject {
    row: Refund,
    currency: Currency,
}

impl RefundObject {
    /// A refund in its currency.
    ///
    /// # Errors
    /// When the row holds no currency.
    pub fn new(row: Refund) -> Result<Self, Fault> {
        let currency = row.currency_code.parse();
        let currency = currency.map_err(|e| Fault::part("currency of a refund", e))?;
        Ok(Self { row, currency })
    }
}

/// Money given back.
#[Object(name = "Refund", cache_control(no_cache, private))]
impl RefundObject {
    /// Global id.
    async fn id(&self) -> ID {
        global_id(self.row.id)
    }

    /// How much.
    async fn amount(&self) -> MoneyObject {
        Money::new(self.row.amount, self.currency).into()
    }

    /// Where it stands.
    async fn status(&self) -> RefundStatus {
        self.row.status.into()
    }

    /// Why, for people.
    async fn reason(&self) -> Option<&str> {
        self.row.reason.as_deref()
    }

    /// Why it failed, as the gateway says.
    async fn failure(&self) -> Option<&str> {
        self.row.failure.as_deref()
    }

    /// Global id of the payment that it goes back to.
    async fn payment_id(&self) -> ID {
        global_id(self.row.payment_id)
    }

    /// Who asked for it: the id of somebody, `system`, or `gateway` when it was made there. Staff only: `orders.read`.
    #[graphql(guard = "Needs(Permission::OrdersRead)", visible = "visible::orders_read")]
    async fn requested_by(&self) -> &str {
        &self.row.requested_by
    }

    /// When it was asked for.
    async fn created_at(&self) -> DateTime<Utc> {
        self.row.created_at
    }
}

/// A payment that the buyer's bank disputes.
pub struct DisputeObject(pub(super) Dispute);

impl DisputeObject {
    fn money(&self, minor: i64) -> Result<MoneyObject> {
        let currency = self.0.currency_code.parse();
        let currency = currency.map_err(|e| Fault::part("currency of a dispute", e))?;
        Ok(Money::new(minor, currency).into())
    }
}

/// A payment that the buyer's bank disputes.
#[Object(name = "Dispute", cache_control(no_cache, private))]
impl DisputeObject {
    /// Global id.
    async fn id(&self) -> ID {
        global_id(self.0.id)
    }

    /// Where it stands.
    async fn status(&self) -> DisputeStatus {
        self.0.status.into()
    }

    /// What is disputed.
    async fn amount(&self) -> Result<MoneyObject> {
        self.money(self.0.amount)
    }

    /// What is taken back for it at this moment.
    async fn withdrawn_amount(&self) -> Result<MoneyObject> {
        self.money(self.0.withdrawn_amount)
    }

    /// What the gateway keeps for its work on it.
    async fn fee_amount(&self) -> Result<MoneyObject> {
        self.money(self.0.fee_amount)
    }

    /// Why, in the words of the gateway.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// Until when evidence can be given.
    async fn due_by(&self) -> Option<DateTime<Utc>> {
        self.0.due_by
    }

    /// The name of the gateway.
    async fn gateway(&self) -> &str {
        &self.0.gateway
    }

    /// The gateway's own id.
    async fn gateway_reference(&self) -> &str {
        &self.0.gateway_reference
    }

    /// Global id of the payment.
    async fn payment_id(&self) -> ID {
        global_id(self.0.payment_id)
    }

    /// Global id of the order, when the payment paid one.
    async fn order_id(&self) -> Option<ID> {
        self.0.order_id.map(global_id)
    }

    /// When it was heard of.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// An entry of the history of a payment.
pub struct PaymentEventObject {
    pub(super) row: PaymentEvent,
    pub(super) currency: Currency,
}

/// An entry of the history of a payment.
#[Object(name = "PaymentEvent", cache_control(no_cache, private))]
impl PaymentEventObject {
    /// Global id.
    async fn id(&self) -> ID {
        global_id(self.row.id)
    }

    /// What happened: `started`, `authorized`, `capture_pending`, `captured`, `refund_pending`, `refunded`,
    /// `dispute_opened`, ...
    #[graphql(name = "type")]
    async fn kind(&self) -> &str {
        &self.row.kind
    }

    /// How much it was about.
    async fn amount(&self) -> MoneyObject {
        Money::new(self.row.amount, self.currency).into()
    }

    /// Details, such as the reason of a refusal.
    async fn message(&self) -> Option<&str> {
        self.row.message.as_deref()
    }

    /// When it happened.
    async fn created_at(&self) -> DateTime<Utc> {
        self.row.created_at
    }
}

macro_rules! loaded {
    ($($(#[$doc:meta])* $key:ident($id:ty) -> $row:ty = $query:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $key(pub $id);

        impl Loader<$key> for Batch {
            type Value = Vec<$row>;
            type Error = Shared;

            async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, Vec<$row>>, Shared> {
                let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
                let found = $query(&self.app.db, &ids).await?;
                Ok(found.into_iter().map(|(id, rows)| ($key(id), rows)).collect())
            }
        }
    )*};
}

loaded! {
    /// The refunds of an order.
    RefundsOfOrder(OrderId) -> Refund = refunds_of_orders;
    /// The refunds of a payment.
    RefundsOfPayment(PaymentId) -> Refund = refunds_of_payments;
    /// The disputes of a payment.
    DisputesOfPayment(PaymentId) -> Dispute = disputes_of_payments;
    /// The history of a payment.
    EventsOfPayment(PaymentId) -> PaymentEvent = events_of_payments;
}
