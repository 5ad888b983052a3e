//! Recommendations: a satellite that reads the catalogue and owns no table yet.
//!
//! RELATED shows products of the same category, then of the same brand: what can be bought first, then what sells best.
//! The other intents show what sells best in the channel. Nothing here learns: whatever does will come before these.

mod graphql;
mod query;

pub use graphql::{RecommendationConnection, RecommendationIntent, RecommendationQuery, recommendations_of};
pub use query::{Leaders, Pick, RECOMMENDATIONS_MAX, Strategy, best_selling, related};

use crate::app::App;
use crate::platform::event::Listeners;
use crate::platform::jobs::Registry;

/// Listens to nothing yet.
pub fn register(_: &mut Registry<App>, _: &mut Listeners) {}
