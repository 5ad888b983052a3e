//! Experiments over strategies.

use entity::ExperimentId;
use entity::experiment::experiment::ExperimentKind;
use serde::Deserialize;
use serde_json::Value;

use crate::analytics::Visitor;
use crate::app::App;
use crate::channel::Scope;
use crate::experiment::assignment_about;
use crate::platform::error::Result;
use crate::recommendation::reason::Strategy;
use crate::recommendation::slot::Intent;

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
#[serde(deny_unknown_fields)]
struct Payload {
    intent: Option<String>,
    strategy: Option<String>,
}

/// What an arm means.
struct Meaning {
    intent: Option<Intent>,
    strategy: Option<Strategy>,
}

impl Meaning {
    /// None when it names something that is not there.
    fn of(payload: &Value) -> Option<Self> {
        let payload = Payload::deserialize(payload).ok()?;
        let intent = match payload.intent {
            Some(name) => Some(Intent::of_name(&name)?),
            None => None,
        };
        let strategy = match payload.strategy {
            Some(name) => Some(Strategy::of_name(&name)?),
            None => None,
        };
        Some(Self { intent, strategy })
    }

    fn is_about(&self, intent: Intent) -> bool {
        self.intent.is_none_or(|own| own == intent)
    }
}

/// Whether the payload of an arm is understood. All arms are about the same lists: those of other lists would be compared
/// with something else.
pub fn is_understood(control: &Value, own: &Value) -> bool {
    match (Meaning::of(control), Meaning::of(own)) {
        (Some(control), Some(own)) => control.intent == own.intent,
        // What is wrong with the control is said of the control.
        (None, Some(_)) => true,
        (_, None) => false,
    }
}

/// The arm of the running experiment for whoever is going to be shown a list, if it is about such lists: the exposure is
/// noted.
///
/// # Errors
/// Those of the database, the first time.
pub async fn trial(app: &App, scope: &Scope, visitor: Visitor, intent: Intent) -> Result<Option<Trial>> {
    let about = |payload: &Value| Meaning::of(payload).is_some_and(|meaning| meaning.is_about(intent));
    let given = assignment_about(app, scope, (ExperimentKind::Recommendation, visitor), about).await?;
    let Some(assignment) = given else { return Ok(None) };
    let strategy = match Meaning::of(&assignment.payload) {
        Some(meaning) if meaning.is_about(intent) => meaning.strategy,
        // Written before arms had to be about the same: nothing is done, but it was one of the experiment's lists.
        _ => None,
    };
    Ok(Some(Trial {
        experiment: assignment.experiment,
        arm: assignment.arm,
        strategy,
    }))
}
