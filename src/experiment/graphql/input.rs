//! What staff says of experiments.

use std::sync::Arc;

use async_graphql::{InputObject, MaybeUndefined};
use chrono::{DateTime, Utc};
use entity::experiment::experiment::{Arm, Arms, Design, Guardrail};
use entity::{ChannelId, ExperimentId};

use crate::channel::Channel;
use crate::experiment::bucket::BUCKETS;
use crate::experiment::draft::Draft;
use crate::experiment::graphql::types::{ExperimentKind, ExperimentMetric, ExperimentUnit};
use crate::graphql::id::Gid;

/// One of the ways that an experiment compares.
#[derive(InputObject, Clone, Debug)]
pub struct ExperimentArmInput {
    /// Unique within the experiment: small letters, digits, `-` and `_`; not `holdout`.
    key: String,
    /// Its share, relative to those of the others, from 1 to 10000.
    #[graphql(default = 1)]
    weight: i32,
    /// What it does, at most 4096 bytes. For recommendations and search an object that these understand.
    payload: serde_json::Value,
}

/// A metric that must not get worse.
#[derive(InputObject, Clone, Debug)]
pub struct ExperimentGuardrailInput {
    /// The metric.
    metric: ExperimentMetric,
    /// Relative drop that is accepted, in hundredths of a percent, from 0 to 10000.
    #[graphql(default = 200)]
    margin: i32,
}

/// An experiment to write.
#[derive(InputObject, Clone, Debug)]
pub struct ExperimentCreateInput {
    /// Unique name in programs: small letters, digits, `-` and `_`.
    key: String,
    /// Name for people.
    name: String,
    /// What is expected, and why.
    hypothesis: Option<String>,
    /// What is tried.
    kind: ExperimentKind,
    /// The slug of the channel; everywhere when not given. Revenue is counted in a channel only.
    pub(super) channel: Option<String>,
    /// Who is given an arm.
    #[graphql(default_with = "ExperimentUnit::Visit")]
    unit: ExperimentUnit,
    /// The layer of a keyed experiment; one of its own when not given. No unit is in two experiments of a layer.
    layer: Option<String>,
    /// First of its units in the layer, in ten thousandths.
    #[graphql(default = 0)]
    slot_from: i32,
    /// Behind the last.
    #[graphql(default = 10000)]
    slot_to: i32,
    /// Units that take part in no experiment with a holdout, in ten thousandths, at most 5000.
    #[graphql(default = 0)]
    holdout: i32,
    /// Two to ten ways, first the one that the others are compared with.
    arms: Vec<ExperimentArmInput>,
    /// What decides.
    primary_metric: ExperimentMetric,
    /// What must not get worse, at most four.
    guardrails: Option<Vec<ExperimentGuardrailInput>>,
    /// Accepted probability of seeing an effect where there is none, from 0.001 to 0.2.
    #[graphql(default = 0.05)]
    alpha: f64,
    /// Wanted probability of seeing an effect that is there, from 0.5 to 0.99.
    #[graphql(default = 0.8)]
    power: f64,
    /// Relative effect that is worth finding, from 0.001 to 1.
    #[graphql(default = 0.05)]
    effect: f64,
    /// When it starts giving out arms, once it was started; at once when not given.
    starts_at: Option<DateTime<Utc>>,
    /// When it stops doing so by itself.
    ends_at: Option<DateTime<Utc>>,
}

fn arms(arms: Vec<ExperimentArmInput>) -> Arms {
    let arm = |arm: ExperimentArmInput| Arm {
        key: arm.key,
        weight: arm.weight,
        payload: arm.payload,
    };
    Arms(arms.into_iter().map(arm).collect())
}

fn guardrails(guardrails: Vec<ExperimentGuardrailInput>) -> Vec<Guardrail> {
    let guardrail = |guardrail: ExperimentGuardrailInput| Guardrail {
        metric: guardrail.metric.into(),
        margin: guardrail.margin,
    };
    guardrails.into_iter().map(guardrail).collect()
}

impl ExperimentCreateInput {
    /// The experiment, in the channel that the slug names.
    pub(super) fn draft(self, channel: Option<Arc<Channel>>) -> Draft {
        Draft {
            key: self.key,
            name: self.name,
            hypothesis: self.hypothesis,
            kind: self.kind.into(),
            channel: channel.map(|channel| channel.id),
            unit: self.unit.into(),
            layer: self.layer,
            slot_from: self.slot_from,
            slot_to: self.slot_to,
            holdout: self.holdout,
            arms: arms(self.arms),
            design: Design {
                primary: self.primary_metric.into(),
                guardrails: guardrails(self.guardrails.unwrap_or_default()),
                alpha: self.alpha,
                power: self.power,
                effect: self.effect,
            },
            starts_at: self.starts_at,
            ends_at: self.ends_at,
        }
    }
}

/// What to change of an experiment. What is left out stays; null empties. Of one that was started, only the name, the
/// hypothesis and the end can change.
#[derive(InputObject, Clone, Debug)]
pub struct ExperimentUpdateInput {
    /// The experiment.
    pub(super) id: Gid<ExperimentId>,
    /// The version that the change was made on; STALE_VERSION when it is another.
    pub(super) expected_version: Option<i32>,
    /// Name for people.
    name: Option<String>,
    /// What is expected, and why.
    hypothesis: MaybeUndefined<String>,
    /// The slug of the channel; null for everywhere.
    pub(super) channel: MaybeUndefined<String>,
    /// Who is given an arm.
    unit: Option<ExperimentUnit>,
    /// The layer of a keyed experiment; null for one of its own.
    layer: MaybeUndefined<String>,
    /// First of its units in the layer, in ten thousandths.
    slot_from: Option<i32>,
    /// Behind the last.
    slot_to: Option<i32>,
    /// Units that take part in no experiment with a holdout, in ten thousandths.
    holdout: Option<i32>,
    /// All the ways, first the one that the others are compared with.
    arms: Option<Vec<ExperimentArmInput>>,
    /// What decides.
    primary_metric: Option<ExperimentMetric>,
    /// All that must not get worse.
    guardrails: Option<Vec<ExperimentGuardrailInput>>,
    /// Accepted probability of seeing an effect where there is none.
    alpha: Option<f64>,
    /// Wanted probability of seeing an effect that is there.
    power: Option<f64>,
    /// Relative effect that is worth finding.
    effect: Option<f64>,
    /// When it starts giving out arms, once it was started; null for at once.
    starts_at: MaybeUndefined<DateTime<Utc>>,
    /// When it stops doing so by itself; null for never.
    ends_at: MaybeUndefined<DateTime<Utc>>,
}

/// Puts what was given, null too, in the place of what was there.
fn put<T>(place: &mut Option<T>, given: MaybeUndefined<T>) {
    match given {
        MaybeUndefined::Undefined => {}
        MaybeUndefined::Null => *place = None,
        MaybeUndefined::Value(value) => *place = Some(value),
    }
}

fn set<T>(place: &mut T, given: Option<T>) {
    if let Some(value) = given {
        *place = value;
    }
}

impl ExperimentUpdateInput {
    /// Changes `draft`; `channel` is the one that the slug names.
    pub(super) fn change(self, channel: MaybeUndefined<ChannelId>, draft: &mut Draft) {
        set(&mut draft.name, self.name);
        put(&mut draft.hypothesis, self.hypothesis);
        put(&mut draft.channel, channel);
        set(&mut draft.unit, self.unit.map(Into::into));
        put(&mut draft.layer, self.layer);
        set(&mut draft.slot_from, self.slot_from);
        set(&mut draft.slot_to, self.slot_to);
        set(&mut draft.holdout, self.holdout);
        set(&mut draft.arms, self.arms.map(arms));
        set(&mut draft.design.primary, self.primary_metric.map(Into::into));
        set(&mut draft.design.guardrails, self.guardrails.map(guardrails));
        set(&mut draft.design.alpha, self.alpha);
        set(&mut draft.design.power, self.power);
        set(&mut draft.design.effect, self.effect);
        put(&mut draft.starts_at, self.starts_at);
        put(&mut draft.ends_at, self.ends_at);
    }
}

/// The slots end where the buckets do.
const _: () = assert!(BUCKETS == 10_000);

macro_rules! step_inputs {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(InputObject, Clone, Debug)]
        pub struct $name {
            /// The experiment.
            id: Gid<ExperimentId>,
            /// The version that the viewer has seen; STALE_VERSION when it is another.
            expected_version: Option<i32>,
        }

        impl $name {
            /// The experiment, and the version it must be at.
            pub(super) fn which(&self) -> (ExperimentId, Option<i32>) {
                (self.id.0, self.expected_version)
            }
        }
    )*};
}

step_inputs! {
    /// Which experiment to start.
    ExperimentStartInput;
    /// Which experiment to stop.
    ExperimentStopInput;
    /// Which experiment to put away.
    ExperimentArchiveInput;
}

/// An arm to look at. For staff with `experiment.read` for every channel; others are refused.
#[derive(InputObject, Clone, Debug)]
pub struct ExperimentPreviewInput {
    /// The key of the arm.
    pub(super) arm: String,
}
