//! Experiments over strategies.

use entity::ExperimentId;
use entity::experiment::experiment::ExperimentKind;
use serde::Deserialize;

use crate::analytics::{Visitor, visit};
use crate::app::App;
use crate::channel::Scope;
use crate::experiment::assignment_for;
use crate::platform::error::Result;
use crate::recommendation::reason::Strategy;
use crate::recommendation::slot::Intent;
use crate::recommendation::surface::Context;

/// The arm of an experiment that a list is part of.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// The experiment.
    pub experiment: ExperimentId,
    /// The arm.
    pub arm: String,
    /// The strategy that comes first; none for what is done without the experiment.
    pub strategy: Option<Strategy>,
}

/// What an arm says: `{"intent": "related", "strategy": "bought_together"}`. Without an intent it is about all lists,
/// without a strategy it is what is done without the experiment.
#[derive(Deserialize)]
struct Payload {
    intent: Option<String>,
    strategy: Option<String>,
}

/// The arm of the running experiment for whoever a list is for, if it is about such lists.
///
/// # Errors
/// Those of the database, the first time.
pub async fn trial(app: &App, scope: &Scope, context: &Context, intent: Intent) -> Result<Option<Trial>> {
    let visitor = Visitor {
        visit: match context {
            Context::Session(name) => Some(visit(app, name).await?),
            _ => None,
        },
        customer: scope.viewer.customer(),
    };
    let Some(assignment) = assignment_for(app, scope, ExperimentKind::Recommendation, visitor).await? else {
        return Ok(None);
    };
    let Some(payload) = assignment.read::<Payload>() else {
        return Ok(None);
    };
    if payload.intent.is_some_and(|of| of != intent.name()) {
        return Ok(None);
    }
    Ok(Some(Trial {
        experiment: assignment.experiment,
        arm: assignment.arm,
        strategy: payload.strategy.as_deref().and_then(Strategy::of_name),
    }))
}
