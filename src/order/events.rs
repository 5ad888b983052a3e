//! What orders say.

use entity::OrderId;
use serde::{Deserialize, Serialize};

use crate::platform::event::Event;

/// Somebody has bought something.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrderPlaced {
    /// The order.
    pub order: OrderId,
}

impl Event for OrderPlaced {
    const NAME: &'static str = "order.placed";
}
