//! What inventory says.

use entity::VariantId;
use serde::{Deserialize, Serialize};

use crate::platform::event::Event;

/// These variants can be bought again, or no longer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AvailabilityChanged {
    /// The variants.
    pub variants: Vec<VariantId>,
}

impl Event for AvailabilityChanged {
    const NAME: &'static str = "inventory.availability_changed";
}
