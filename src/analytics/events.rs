//! What analytics say.

use entity::{ChannelId, InteractionId, VisitId};
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

/// A person is forgotten, and with them these visits: whoever holds something about a visit follows in the same
/// transaction.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VisitsForgotten {
    /// The visits.
    pub visits: Vec<VisitId>,
}

impl Event for VisitsForgotten {
    const NAME: &'static str = "analytics.visits_forgotten";
}
