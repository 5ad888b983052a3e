//! What an experiment must be like.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use entity::ChannelId;
use entity::experiment::experiment::{Arms, Design, ExperimentKind, ExperimentUnit, Metric};

use crate::experiment::bucket::BUCKETS;
use crate::experiment::exposure::HELD_OUT;
use crate::platform::locale::{Message, message};

/// Longest key, name of a layer, and key of an arm, in characters.
const KEY_MAX: usize = 64;
/// Longest name in characters.
const NAME_MAX: usize = 100;
/// Longest hypothesis in characters.
const HYPOTHESIS_MAX: usize = 2_000;
/// Arms at most.
const ARMS_MAX: usize = 10;
/// Heaviest weight.
const WEIGHT_MAX: i32 = 10_000;
/// Longest payload as JSON, in bytes.
const PAYLOAD_MAX: usize = 4_096;
/// Guardrails at most.
const GUARDRAILS_MAX: usize = 4;
/// Largest holdout, in ten thousandths.
const HOLDOUT_MAX: i32 = 5_000;
/// Widest margin of a guardrail, in hundredths of a percent.
const MARGIN_MAX: i32 = 10_000;

/// An experiment to make.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Unique name in programs.
    pub key: String,
    /// Name for people.
    pub name: String,
    /// What is expected, and why.
    pub hypothesis: Option<String>,
    /// What is tried.
    pub kind: ExperimentKind,
    /// Where; everywhere when absent.
    pub channel: Option<ChannelId>,
    /// Who is given an arm.
    pub unit: ExperimentUnit,
    /// The layer of a keyed experiment; one of its own when absent.
    pub layer: Option<String>,
    /// First of its units in the layer, in ten thousandths.
    pub slot_from: i32,
    /// Behind the last.
    pub slot_to: i32,
    /// Units that take part in nothing, in ten thousandths.
    pub holdout: i32,
    /// The ways, first the control.
    pub arms: Arms,
    /// How it is judged.
    pub design: Design,
    /// When it starts giving out arms, once it was started.
    pub starts_at: Option<DateTime<Utc>>,
    /// When it stops doing so.
    pub ends_at: Option<DateTime<Utc>>,
}

/// Why an experiment is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DraftError {
    /// The key is empty, too long, or has other signs than small letters, digits, `-` and `_`.
    Key,
    /// The name is empty or too long.
    Name,
    /// The hypothesis is too long.
    Hypothesis,
    /// The layer is no key, or the kind has a layer of its own.
    Layer,
    /// The slots are none.
    Slots,
    /// The holdout is too large.
    Holdout,
    /// There are fewer than two arms, or too many.
    Arms,
    /// The key of an arm is no key, or means something else.
    ArmKey(usize),
    /// Another arm has the key.
    ArmTwice(usize),
    /// The weight is out of range.
    Weight(usize),
    /// The payload is too long, or no object where the kind needs one.
    Payload(usize),
    /// Who reads payloads of this kind does not understand it.
    Form(usize),
    /// A probability or the effect is out of range.
    Number(&'static str),
    /// There are too many guardrails, or two of one metric.
    Guardrails,
    /// The margin is out of range.
    Margin(usize),
    /// Revenue is counted in the currency of a channel.
    Revenue,
    /// It ends before it starts.
    Period,
}

impl DraftError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::Key | Self::ArmKey(_) => message!("experiment-key", max = KEY_MAX),
            Self::Name => message!("name-length", max = NAME_MAX),
            Self::Hypothesis => message!("name-length", max = HYPOTHESIS_MAX),
            Self::Layer => message!("experiment-layer"),
            Self::Slots => message!("experiment-slots"),
            Self::Holdout => message!("out-of-range", name = "holdout", min = 0, max = HOLDOUT_MAX),
            Self::Arms => message!("experiment-arms", max = ARMS_MAX),
            Self::ArmTwice(_) => message!("experiment-arm-twice"),
            Self::Weight(_) => message!("out-of-range", name = "weight", min = 1, max = WEIGHT_MAX),
            Self::Payload(_) => message!("experiment-payload", max = PAYLOAD_MAX),
            Self::Form(_) => message!("experiment-form"),
            Self::Number(name) => message!("experiment-number", name = *name),
            Self::Guardrails => message!("experiment-guardrails", max = GUARDRAILS_MAX),
            Self::Margin(_) => message!("out-of-range", name = "margin", min = 0, max = MARGIN_MAX),
            Self::Revenue => message!("experiment-revenue"),
            Self::Period => message!("experiment-period"),
        }
    }

    /// The place in the input.
    pub fn path(&self) -> Vec<String> {
        let arm = |place: &usize, field: &str| vec!["arms".to_owned(), place.to_string(), field.to_owned()];
        match self {
            Self::Key => vec!["key".to_owned()],
            Self::Name => vec!["name".to_owned()],
            Self::Hypothesis => vec!["hypothesis".to_owned()],
            Self::Layer => vec!["layer".to_owned()],
            Self::Slots => vec!["slotTo".to_owned()],
            Self::Holdout => vec!["holdout".to_owned()],
            Self::Arms => vec!["arms".to_owned()],
            Self::ArmKey(place) | Self::ArmTwice(place) => arm(place, "key"),
            Self::Weight(place) => arm(place, "weight"),
            Self::Payload(place) | Self::Form(place) => arm(place, "payload"),
            Self::Number(name) => vec![(*name).to_owned()],
            Self::Guardrails => vec!["guardrails".to_owned()],
            Self::Margin(place) => vec!["guardrails".to_owned(), place.to_string(), "margin".to_owned()],
            Self::Revenue => vec!["channel".to_owned()],
            Self::Period => vec!["endsAt".to_owned()],
        }
    }
}

fn is_key(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    !text.is_empty() && text.len() <= KEY_MAX && text.chars().all(plain)
}

impl Draft {
    /// Its layer. Experiments of the kinds that the shop itself reads share one each: no visitor is in two of them.
    pub fn layer(&self) -> String {
        match self.kind {
            ExperimentKind::Recommendation => "recommendation".to_owned(),
            ExperimentKind::Search => "search".to_owned(),
            ExperimentKind::Keyed => self.layer.clone().unwrap_or_else(|| format!("key {}", self.key)),
        }
    }

    /// What is wrong with it.
    pub fn problems(&self) -> Vec<DraftError> {
        let mut found = Vec::new();
        let mut check = |ok: bool, error: DraftError| {
            if !ok {
                found.push(error);
            }
        };
        let length = |text: &str| text.trim().chars().count();
        check(is_key(&self.key), DraftError::Key);
        check((1..=NAME_MAX).contains(&length(&self.name)), DraftError::Name);
        let hypothesis = self.hypothesis.as_deref().map_or(0, length);
        check(hypothesis <= HYPOTHESIS_MAX, DraftError::Hypothesis);
        let layer = match (&self.layer, self.kind) {
            (None, _) => true,
            (Some(layer), ExperimentKind::Keyed) => is_key(layer) && !matches!(&**layer, "search" | "recommendation"),
            (Some(_), _) => false,
        };
        check(layer, DraftError::Layer);
        let last = i32::try_from(BUCKETS).unwrap_or(i32::MAX);
        let slots = 0 <= self.slot_from && self.slot_from < self.slot_to && self.slot_to <= last;
        check(slots, DraftError::Slots);
        check((0..=HOLDOUT_MAX).contains(&self.holdout), DraftError::Holdout);
        let backwards = matches!((self.starts_at, self.ends_at), (Some(start), Some(end)) if end <= start);
        check(!backwards, DraftError::Period);
        found.extend(self.problems_of_arms());
        found.extend(self.problems_of_design());
        found
    }

    fn problems_of_arms(&self) -> Vec<DraftError> {
        let arms = &self.arms.0;
        if !(2..=ARMS_MAX).contains(&arms.len()) {
            return vec![DraftError::Arms];
        }
        let (mut found, mut seen) = (Vec::new(), HashSet::new());
        for (place, arm) in arms.iter().enumerate() {
            if !is_key(&arm.key) || arm.key == HELD_OUT {
                found.push(DraftError::ArmKey(place));
            } else if !seen.insert(arm.key.as_str()) {
                found.push(DraftError::ArmTwice(place));
            }
            if !(1..=WEIGHT_MAX).contains(&arm.weight) {
                found.push(DraftError::Weight(place));
            }
            let shaped = self.kind == ExperimentKind::Keyed || arm.payload.is_object();
            if !shaped || arm.payload.to_string().len() > PAYLOAD_MAX {
                found.push(DraftError::Payload(place));
            }
        }
        found
    }

    fn problems_of_design(&self) -> Vec<DraftError> {
        let design = &self.design;
        let mut found = Vec::new();
        let numbers = [
            ("alpha", design.alpha, 0.001..=0.2),
            ("power", design.power, 0.5..=0.99),
            ("effect", design.effect, 0.001..=1.0),
        ];
        // A number that is none is in no range.
        let wrong = numbers.iter().filter(|(_, value, range)| !range.contains(value));
        found.extend(wrong.map(|(name, ..)| DraftError::Number(name)));
        let metrics: HashSet<Metric> = design.guardrails.iter().map(|guardrail| guardrail.metric).collect();
        if design.guardrails.len() > GUARDRAILS_MAX || metrics.len() < design.guardrails.len() {
            found.push(DraftError::Guardrails);
        }
        let margins = design.guardrails.iter().enumerate();
        let wrong = margins.filter(|(_, guardrail)| !(0..=MARGIN_MAX).contains(&guardrail.margin));
        found.extend(wrong.map(|(place, _)| DraftError::Margin(place)));
        let counts_money = design.primary == Metric::Revenue || metrics.contains(&Metric::Revenue);
        if counts_money && self.channel.is_none() {
            found.push(DraftError::Revenue);
        }
        found
    }
}
