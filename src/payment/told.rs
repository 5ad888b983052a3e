//! What payments say when nobody waits for it.

use entity::{CartId, PaymentId};
use serde::{Deserialize, Serialize};

use crate::platform::event::Event;

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
