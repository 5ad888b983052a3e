//! Experiments: a satellite that shows visitors different ways of doing something by lot, and says what came of it.
//!
//! Owns the tables `experiment` and `exposure`. Emits nothing; listens to `CustomerErased` and
//! `VisitsForgotten`. Invariants: a unit is given the
//! same arm as long as the experiment runs, because neither arms nor weights change after the start; no unit is in two
//! experiments of a layer; a unit is exposed once, and only one that has agreed to it; nobody but staff chooses an arm;
//! what arms say is understood by who reads it.
//!
//! Who shows something by lot asks [`assign`] (by key) or [`assignment_for`] (by kind) when it is about to, from memory: no
//! statement is sent. What was shown is written later, in batches. docs/guides/experiments.md says how results are judged.

mod assign;
mod bucket;
mod draft;
mod exposure;
mod forget;
mod form;
mod graphql;
mod measure;
mod query;
mod results;
mod resume;
mod save;
pub mod simulate;
mod snapshot;
mod state;
pub mod stats;
mod sweep;

pub use assign::{Assignment, assign, assignment_about, assignment_for, preview};
pub use bucket::{BUCKETS, HOLDOUT_SALT, arm_of, bucket, layer_salt};
pub use draft::{Draft, DraftError};
pub use exposure::flush;
pub use form::{Form, Forms};
pub use graphql::{ExperimentMutation, ExperimentQuery};
pub use query::{Experiment, ListError};
pub use results::{ArmResult, MetricResult, Results, results};
pub use resume::resume;
pub use save::{SaveError, create, update};
pub use snapshot::{Experiments, follow, refresh};
pub use state::{StateError, Step, step};
pub use sweep::sweep;

use crate::analytics::VisitsForgotten;
use crate::app::App;
use crate::platform::event::Listeners;
use crate::platform::jobs::Registry;
use crate::privacy::{CustomerErased, Exports};

/// Registers listeners, and what an export of a person's data says.
pub fn register(_: &mut Registry<App>, listeners: &mut Listeners, exports: &mut Exports) {
    listeners
        .within(|tx, erased: CustomerErased| Box::pin(async move { forget::forget(tx, &[erased.customer]).await }));
    listeners.within(|tx, gone: VisitsForgotten| Box::pin(async move { forget::forget(tx, &gone.visits).await }));
    exports.add("experiments", |app, customer| {
        Box::pin(async move { forget::export(&app, customer).await })
    });
}
