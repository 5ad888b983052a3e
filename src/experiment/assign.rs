//! A visitor is given an arm.

use entity::ExperimentId;
use entity::experiment::experiment::ExperimentKind;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::analytics::Visitor;
use crate::app::App;
use crate::channel::Scope;
use crate::experiment::exposure::HELD_OUT;
use crate::experiment::query;
use crate::experiment::snapshot::{Entry, Lot, running};
use crate::platform::error::Result;
use crate::platform::permission::Permission;

/// The arm that somebody was given.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// The experiment.
    pub experiment: ExperimentId,
    /// Its key.
    pub key: String,
    /// The arm.
    pub arm: String,
    /// What the arm does, in the form of the experiment's kind.
    pub payload: Value,
    /// Whether a member of staff looks at the arm: nothing of it is counted.
    pub preview: bool,
}

impl Assignment {
    /// What the arm does, when it has the form that the caller understands.
    pub fn read<T: DeserializeOwned>(&self) -> Option<T> {
        match serde_json::from_value(self.payload.clone()) {
            Ok(payload) => Some(payload),
            Err(error) => {
                tracing::warn!(experiment = %self.key, arm = %self.arm, %error, "an arm that nobody understands");
                None
            }
        }
    }
}

/// The arm of the experiment called `key` for a visitor, who is about to be shown it: the exposure is noted. None when no
/// such experiment runs here, or it is not about them: do what is done without it. Sends no statement. Whoever has not
/// agreed that what they do is kept is nobody: do not name them.
///
/// # Errors
/// Those of the database, the first time in a process.
pub async fn assign(app: &App, scope: &Scope, key: &str, visitor: Visitor) -> Result<Option<Assignment>> {
    let running = running(app).await?;
    let now = app.clock.now();
    let entry = running.by_key(key).filter(|entry| entry.is_open(scope.channel.id, now));
    Ok(entry.and_then(|entry| given(app, scope, entry, visitor)))
}

/// The same for the experiment of a kind that the visitor is in: they share a layer, so there is one at most.
///
/// # Errors
/// Those of the database, the first time in a process.
pub async fn assignment_for(
    app: &App,
    scope: &Scope,
    kind: ExperimentKind,
    visitor: Visitor,
) -> Result<Option<Assignment>> {
    assignment_about(app, scope, (kind, visitor), |_| true).await
}

/// The same, where the experiment is `about` what is going to be shown: where the payload of any of its arms is. Of others
/// nothing is noted. All arms are asked, not the one that is given: else it would be noted of some arms alone.
///
/// # Errors
/// Those of the database, the first time in a process.
pub async fn assignment_about(
    app: &App,
    scope: &Scope,
    (kind, visitor): (ExperimentKind, Visitor),
    about: impl Fn(&Value) -> bool + Send,
) -> Result<Option<Assignment>> {
    let running = running(app).await?;
    let now = app.clock.now();
    let mut open = running
        .of_kind(kind)
        .filter(|entry| entry.is_open(scope.channel.id, now))
        .filter(|entry| entry.arms.iter().any(|arm| about(&arm.payload)));
    Ok(open.find_map(|entry| given(app, scope, entry, visitor)))
}

fn given(app: &App, scope: &Scope, entry: &Entry, visitor: Visitor) -> Option<Assignment> {
    // Staff are no visitors: they would be counted as some.
    if scope.viewer.is_staff() {
        return None;
    }
    let unit = entry.unit(visitor)?;
    let place = match entry.lot(unit) {
        Lot::Arm(place) => place,
        Lot::HeldOut => {
            app.experiments.exposures.note(app, entry.id, unit, HELD_OUT);
            return None;
        }
        Lot::Out => return None,
    };
    let arm = entry.arms.get(place)?;
    app.experiments.exposures.note(app, entry.id, unit, &arm.key);
    Some(Assignment {
        experiment: entry.id,
        key: entry.key.clone(),
        arm: arm.key.clone(),
        payload: arm.payload.clone(),
        preview: false,
    })
}

/// An arm that a member of staff wants to see, whether the experiment runs or not. None for all others, and when there is
/// no such arm. Nothing is counted.
///
/// # Errors
/// Those of the database.
pub async fn preview(app: &App, scope: &Scope, key: &str, arm: &str) -> Result<Option<Assignment>> {
    // Experiments belong to no channel: who sees one, sees all.
    if !scope.viewer.may_everywhere(Permission::ExperimentRead) {
        return Ok(None);
    }
    let Some(experiment) = query::by_key(&app.db, key).await? else {
        return Ok(None);
    };
    let id = experiment.id;
    let arm = experiment.arms.0.into_iter().find(|known| known.key == arm);
    Ok(arm.map(|arm| Assignment {
        experiment: id,
        key: experiment.key,
        arm: arm.key,
        payload: arm.payload,
        preview: true,
    }))
}
