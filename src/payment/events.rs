//! What payments say.

use chrono::{DateTime, Utc};
use entity::{CartId, OrderId, PaymentId, RefundId};
use serde::{Deserialize, Serialize};

use crate::platform::event::Event;

/// A payment is no longer as it was. Said in the transaction that changed it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PaymentChanged {
    /// The payment.
    pub payment: PaymentId,
    /// The order that it pays, when there is one.
    pub order: Option<OrderId>,
    /// When.
    pub at: DateTime<Utc>,
    /// What happened to it, in order.
    pub news: Vec<PaymentNews>,
}

/// One thing that happened to a payment: an entry of its history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentNews {
    /// `authorized`, `captured`, `refunded`, `dispute_opened`, ...
    pub kind: String,
    /// Minor units.
    pub amount: i64,
    /// Details from the gateway.
    pub message: Option<String>,
}

impl PaymentNews {
    pub(super) fn new(kind: &str, amount: i64, message: Option<String>) -> Self {
        Self {
            kind: kind.to_owned(),
            amount,
            message,
        }
    }
}

impl Event for PaymentChanged {
    const NAME: &'static str = "payment.changed";
}

/// A gateway has taken on a refund that says what it is for. Said once, in the transaction that writes it down.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RefundAccepted {
    /// The refund.
    pub refund: RefundId,
    /// Of this order.
    pub order: OrderId,
    /// When.
    pub at: DateTime<Utc>,
}

impl Event for RefundAccepted {
    const NAME: &'static str = "payment.refund_accepted";
}

/// A gateway says, by itself or because it was asked, that a payment that paid no order is paid or promised.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GatewayToldPaid {
    /// The payment.
    pub payment: PaymentId,
    /// The cart that it pays.
    pub cart: CartId,
}

impl Event for GatewayToldPaid {
    const NAME: &'static str = "payment.told_paid";
}

/// Money that was paid or promised goes back by itself, because no order came of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PaymentReturned {
    /// The payment.
    pub payment: PaymentId,
    /// Why: `out_of_stock`, `total_mismatch`, `abandoned`, `too_late`, `superseded`.
    pub reason: String,
}

impl Event for PaymentReturned {
    const NAME: &'static str = "payment.returned";
}
