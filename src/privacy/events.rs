//! What privacy says.

use entity::CustomerId;
use serde::{Deserialize, Serialize};

use crate::platform::event::Event;

/// A person is forgotten: whoever stands above privacy and holds something about them follows in the same transaction.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CustomerErased {
    /// The person.
    pub customer: CustomerId,
}

impl Event for CustomerErased {
    const NAME: &'static str = "privacy.customer_erased";
}
