//! What analytics say.

use entity::{ChannelId, InteractionId};
use serde::{Deserialize, Serialize};

use crate::platform::event::Event;

/// Visitors did something. The rows may be gone again when a listener looks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InteractionsTracked {
    /// Where.
    pub channel: ChannelId,
    /// What; at most a hundred an event.
    pub interactions: Vec<InteractionId>,
}

impl Event for InteractionsTracked {
    const NAME: &'static str = "analytics.interactions_tracked";
}
