//! Recommendations: a satellite that learns from orders and visits, and says what to show.
//!
//! Owns the tables `recommendation_model`, `recommendation_item`, `recommendation_neighbours`, `recommendation_rule`,
//! `recommendation_export`, `recommendation_day`, `recommendation_shown_day`, `recommendation_outcome_day`,
//! `recommendation_state`.
//! Emits nothing; listens to `CustomerErased`, `VisitsForgotten`, `ProductsChanged` and `AvailabilityChanged`. Invariants: at most one model is active (UNIQUE), and
//! what it knows was written before it became so; what is shown can be bought in the channel; a list is empty only where
//! the channel has nothing to buy; no file tells what somebody did who was erased.
//!
//! A training reads orders and visits, makes neighbours of products by the pure models of the crate `recommender`, and
//! writes them. Servers hold the active model in memory: a request reads no model, only what the channel shows of the
//! candidates. Visits are known as they happen, through the feed of [`crate::analytics`].

mod assortment;
mod candidates;
pub mod drift;
pub mod exchange;
mod graphql;
mod history;
pub mod insight;
mod jobs;
mod looks;
mod memory;
pub mod model;
mod query;
mod reason;
pub mod rule;
mod slot;
mod surface;
mod trial;
mod visits;
mod words;

pub use assortment::Assortment;
pub use graphql::{
    RecommendationConnection, RecommendationIntent, RecommendationModelMutation, RecommendationModelQuery,
    RecommendationQuery, RecommendationRuleMutation, RecommendationRuleQuery, ShownTo, recommendations_of,
};
pub use insight::graphql::RecommendationInsightQuery;
pub use looks::{Look, looks};
pub use memory::{Recommender, present, warm};
pub use query::{Leaders, RECOMMENDATIONS_MAX};
pub use reason::{Reason, Strategy};
pub use slot::{Candidate, Intent, Limits, Pick, Shown, behead, compose, fills};
pub use surface::{Context, Slot, Source, fill};

use entity::experiment::experiment::ExperimentKind;

use crate::analytics::VisitsForgotten;
use crate::app::App;
use crate::catalog::ProductsChanged;
use crate::experiment::Forms;
use crate::inventory::AvailabilityChanged;
use crate::platform::event::Listeners;
use crate::platform::jobs::Registry;
use crate::privacy::CustomerErased;

/// Registers jobs and listeners, and what experiments over strategies may say.
pub fn register(registry: &mut Registry<App>, listeners: &mut Listeners, forms: &mut Forms, assortment: &Assortment) {
    let known = assortment.clone();
    listeners.within(move |tx, changed: ProductsChanged| {
        known.forget_with(tx, changed.products);
        Box::pin(std::future::ready(Ok(())))
    });
    let known = assortment.clone();
    listeners.within(move |tx, changed: AvailabilityChanged| {
        let known = known.clone();
        Box::pin(async move { known.forget_variants_with(tx, &changed.variants).await })
    });
    forms.add(ExperimentKind::Recommendation, trial::is_understood);
    registry.add(|app: App, job: jobs::DropExports| async move { jobs::drop_exports(&app, job).await });
    listeners.within(|tx, _: CustomerErased| Box::pin(async move { exchange::void(tx).await }));
    listeners.on(|_: CustomerErased| Some(jobs::DropExports {}));
    registry.add(|app: App, job: jobs::Train| async move { jobs::train(&app, job).await });
    registry.add(|app: App, job: jobs::CheckDrift| async move { jobs::check_drift(&app, job).await });
    registry.add(|app: App, job: jobs::ForgetVisits| async move { jobs::forget_visits(&app, job).await });
    listeners.on(|_: CustomerErased| Some(jobs::ForgetVisits {}));
    listeners.on(|_: VisitsForgotten| Some(jobs::ForgetVisits {}));
}
