//! An arm against the control.

use super::fixed::{newcombe, two_proportions, welch, welch_interval};
use super::normal_quantile;
use super::power::{detectable, units_needed};
use super::sample::{Interval, Kind, Sample};
use super::sequential::{always_valid_interval, always_valid_p};

/// Units an arm needs before a look counts: below, a mean is not normal enough for what is said here.
const UNITS_MIN: u64 = 100;
/// Units that did and, of shares, units that did not, that an arm needs.
const EVENTS_MIN: u64 = 10;

/// What is accepted and expected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Probability of seeing an effect that is not there.
    pub alpha: f64,
    /// Probability of seeing one that is.
    pub power: f64,
    /// Relative effect that is worth finding.
    pub effect: f64,
}

/// An arm against the control. What cannot be said is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Comparison {
    /// Mean of the arm less mean of the control.
    pub difference: f64,
    /// Where the difference lies, for who looks once.
    pub interval: Option<Interval>,
    /// The difference relative to the control.
    pub lift: Option<f64>,
    /// Where the lift lies, for who looks once.
    pub lift_interval: Option<Interval>,
    /// The p-value for who looks once, at the end.
    pub p_value: Option<f64>,
    /// The p-value for who looks whenever they like.
    pub always_valid_p: Option<f64>,
    /// Where the difference lies, for who looks whenever they like.
    pub always_valid: Option<Interval>,
    /// Smallest relative effect that would be found with the units that are there.
    pub detectable: Option<f64>,
    /// Units an arm that the relative effect worth finding takes.
    pub units_needed: Option<u64>,
}

/// Compares.
pub fn compare(kind: Kind, control: &Sample, arm: &Sample, settings: Settings) -> Comparison {
    let alpha = settings.alpha;
    let (base, difference) = (control.mean(), arm.mean() - control.mean());
    let (p_value, interval) = match kind {
        Kind::Share => (
            two_proportions(control, arm).map(|test| test.p_value),
            newcombe(control, arm, alpha),
        ),
        Kind::Amount => (
            welch(control, arm).map(|welch| welch.test.p_value),
            welch_interval(control, arm, alpha),
        ),
    };
    let has_base = base > 0.0;
    let variance = control.variance_of_mean() + arm.variance_of_mean();
    let scale = settings.effect * base;
    let enough = has_base && is_enough(kind, control) && is_enough(kind, arm);
    Comparison {
        difference,
        interval,
        lift: has_base.then(|| difference / base),
        lift_interval: has_base.then(|| lift_interval(control, arm, alpha)),
        p_value,
        always_valid_p: has_base.then(|| match enough {
            true => always_valid_p(difference, variance, scale),
            false => 1.0,
        }),
        always_valid: match enough {
            true => always_valid_interval(difference, variance, scale, alpha),
            false => None,
        },
        detectable: match has_base {
            true => detectable(control, arm.units, alpha, settings.power).map(|effect| effect / base),
            false => None,
        },
        units_needed: match has_base {
            true => units_needed(control.variance(), scale, alpha, settings.power),
            false => None,
        },
    }
}

fn is_enough(kind: Kind, sample: &Sample) -> bool {
    let events = match kind {
        Kind::Share => sample.converters.min(sample.units.saturating_sub(sample.converters)),
        // Amounts of a handful of buyers say nothing of the mean, however many looked.
        Kind::Amount => sample.converters,
    };
    sample.units >= UNITS_MIN && events >= EVENTS_MIN
}

/// By the delta method: the control is an estimate too.
fn lift_interval(control: &Sample, arm: &Sample, alpha: f64) -> Interval {
    let (base, ratio) = (control.mean(), arm.mean() / control.mean());
    let variance = arm.variance_of_mean() + ratio * ratio * control.variance_of_mean();
    Interval::around(ratio - 1.0, normal_quantile(1.0 - alpha / 2.0) * variance.sqrt() / base)
}

/// What is known of a metric that must not get worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is worse by less than the margin, or better.
    Kept,
    /// It is worse by more than the margin.
    Broken,
    /// It may be either.
    Open,
}

/// Whether an arm keeps a guardrail with a relative `margin`, by the interval that may be looked at whenever one likes: a
/// guardrail is watched all the time.
pub fn verdict(control: &Sample, comparison: &Comparison, margin: f64) -> Verdict {
    let limit = -margin * control.mean();
    match comparison.always_valid {
        Some(interval) if interval.low > limit => Verdict::Kept,
        Some(interval) if interval.high < limit => Verdict::Broken,
        _ => Verdict::Open,
    }
}
