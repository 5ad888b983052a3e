//! Experiments over the settings of searches.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use entity::experiment::experiment::ExperimentKind;
use entity::{ExperimentId, VisitId};
use serde::Deserialize;
use serde_json::Value;

use crate::analytics::Visitor;
use crate::app::App;
use crate::channel::Scope;
use crate::experiment::{Assignment, Forms, assignment_for, resume};
use crate::platform::error::Result;
use crate::search::engine::{Order, TextField, Tuning};
use crate::search::query::{Curate, Query};

/// What a word in a text may count. Not nothing: it would be a hit all the same.
const WEIGHTS: RangeInclusive<f32> = 0.05..=50.0;
/// What a sold-out product may keep of its score.
const SOLD_OUT: RangeInclusive<f64> = 0.0..=1.0;
/// What a tenfold of units sold may add to a score: a rare word in a name is worth some ten.
const POPULARITY: RangeInclusive<f64> = 0.0..=10.0;

/// What an arm sets. What it leaves out is as it is without the experiment.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct Settings {
    weights: BTreeMap<TextField, f32>,
    sold_out: Option<f64>,
    popularity: Option<f64>,
    fusion: Option<bool>,
    embeddings: Option<bool>,
    merchandising: Option<bool>,
}

impl Settings {
    fn is_sound(&self) -> bool {
        self.weights.values().all(|weight| WEIGHTS.contains(weight))
            && self.sold_out.is_none_or(|part| SOLD_OUT.contains(&part))
            && self.popularity.is_none_or(|worth| POPULARITY.contains(&worth))
    }

    fn tuning(&self) -> Tuning {
        let usual = Tuning::default();
        Tuning {
            weights: self.weights.clone(),
            sold_out: self.sold_out.unwrap_or(usual.sold_out),
            popularity: self.popularity.unwrap_or(usual.popularity),
            fusion: self.fusion.unwrap_or(usual.fusion),
            embeddings: self.embeddings.unwrap_or(usual.embeddings),
        }
    }
}

/// Has experiments over searches take the arms that searches understand.
pub fn understand(forms: &mut Forms) {
    forms.add(ExperimentKind::Search, |_, arm| is_understood(arm));
}

fn is_understood(arm: &Value) -> bool {
    Settings::deserialize(arm).is_ok_and(|settings| settings.is_sound())
}

/// The arm that a search is made by.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Trial {
    /// The experiment.
    pub experiment: ExperimentId,
    /// The arm.
    pub arm: String,
    settings: Settings,
}

impl Trial {
    fn of(given: Assignment) -> Option<Self> {
        let settings = given.read::<Settings>().filter(Settings::is_sound)?;
        Some(Self {
            experiment: given.experiment,
            arm: given.arm,
            settings,
        })
    }

    /// Has `query` be made in the way of the arm.
    pub fn apply(&self, query: &mut Query) {
        query.tuning = self.settings.tuning();
        if self.settings.merchandising == Some(false) {
            query.curate = Curate::Never;
        }
    }
}

/// The arm for a visit that begins a search in this order, which counts as an exposure. No arm sets anything about another
/// order than that of relevance: such searches are no part of an experiment. Who names no visit has agreed to nothing.
///
/// # Errors
/// Those of the database, the first time in a process.
pub(super) async fn begin(app: &App, scope: &Scope, visit: Option<VisitId>, order: Order) -> Result<Option<Trial>> {
    if visit.is_none() || order != Order::Relevance {
        return Ok(None);
    }
    let customer = scope.viewer.customer();
    let given = assignment_for(app, scope, ExperimentKind::Search, Visitor { visit, customer }).await?;
    Ok(given.and_then(Trial::of))
}

/// The arm that a search began with whose next page is asked for.
///
/// # Errors
/// Those of the database, the first time in a process.
pub(super) async fn go_on(app: &App, scope: &Scope, (experiment, arm): (ExperimentId, &str)) -> Result<Option<Trial>> {
    let given = resume(app, scope, experiment, arm).await?;
    Ok(given.and_then(Trial::of))
}
