//! Analytics: a satellite that takes in what visitors do with products.
//!
//! Owns the tables `interaction` and `visit_key`. Emits [`InteractionsTracked`] and [`VisitsForgotten`]; listens to `CustomerErased`. Invariants:
//! nothing is kept of who has not consented; an event of a visit is kept once (UNIQUE); the name that a client gave a visit
//! is nowhere, only its keyed hash; the customer is the one who has signed in, never one whom a client names.
//!
//! Clients tell what they like. What is learnt from views, clicks and additions can be bent by who sends false ones, so
//! nothing about money follows from them; what was bought is in the orders, and BUY events are for funnels alone.

mod events;
mod feed;
mod forget;
mod graphql;
mod query;
mod sweep;
mod track;
mod tracking;
mod visit;

pub use events::{InteractionsTracked, VisitsForgotten};
pub use feed::{Feed, follow};
pub use graphql::AnalyticsMutation;
pub use query::{
    Interaction, Seen, Span, Visitor, interactions, interactions_by_ids, recent_products, seen_in_visit, visits_of,
};
pub use sweep::sweep;
pub use track::{EVENTS_MAX, NewInteraction, Problem, Track, TrackError, Tracked, track};
pub use tracking::Tracking;
pub use visit::{Analytics, SESSION_MAX, visit};

use crate::app::App;
use crate::platform::event::Listeners;
use crate::platform::jobs::Registry;
use crate::privacy::{CustomerErased, Exports};

/// Registers listeners, and what an export of a person's data says.
pub fn register(_: &mut Registry<App>, listeners: &mut Listeners, exports: &mut Exports) {
    listeners.within(|tx, erased: CustomerErased| Box::pin(async move { forget::forget(tx, erased.customer).await }));
    exports.add("interactions", |app, customer| {
        Box::pin(async move { forget::export(&app, customer).await })
    });
}
