//! What came of an experiment.

use chrono::{DateTime, Utc};
use entity::experiment::experiment::{Design, Metric};

use crate::app::App;
use crate::experiment::exposure::HELD_OUT;
use crate::experiment::measure::{Counts, counts};
use crate::experiment::query::Experiment;
use crate::experiment::stats::{
    Comparison, Kind, MISMATCH, Sample, Settings, Test, Verdict, compare, goodness_of_fit, verdict,
};
use crate::platform::error::Result;

/// The metrics, as they are shown.
const METRICS: [Metric; 4] = [Metric::Click, Metric::Add, Metric::Order, Metric::Revenue];

/// What came of an experiment so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Results {
    /// When it was counted.
    pub at: DateTime<Utc>,
    /// The arms in their order, the control first, those who take part in nothing last, when there are any.
    pub arms: Vec<ArmResult>,
    /// Whether each arm has the units that it should have; absent while there are none.
    pub ratio: Option<Test>,
    /// Whether it has not: then nothing else here means anything.
    pub mismatch: bool,
    /// How often arms are compared with the control: alpha is shared among these comparisons.
    pub comparisons: usize,
}

/// What came of an arm.
#[derive(Clone, Debug, PartialEq)]
pub struct ArmResult {
    /// The arm.
    pub key: String,
    /// Whether the others are compared with it.
    pub is_control: bool,
    /// Whether it is no arm, but those who take part in nothing.
    pub is_holdout: bool,
    /// Units that were exposed.
    pub units: i64,
    /// Its part of the units of all arms that it should have; 0 of those who take part in nothing.
    pub expected_share: f64,
    /// Orders.
    pub orders: i64,
    /// Their totals, minor units.
    pub revenue: i64,
    /// Each metric.
    pub metrics: Vec<MetricResult>,
}

/// A metric of an arm.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricResult {
    /// The metric.
    pub metric: Metric,
    /// Whether it decides.
    pub is_primary: bool,
    /// Units that have it.
    pub converters: i64,
    /// Its mean a unit: a share, or minor units of money.
    pub mean: f64,
    /// Against the control; absent for the control itself.
    pub comparison: Option<Comparison>,
    /// Whether the effect is beyond doubt at every look: the always-valid p-value is below the arm's part of alpha.
    pub is_significant: bool,
    /// Whether it is kept, when it is a guardrail.
    pub guardrail: Option<Verdict>,
}

/// What came of `experiment` so far.
///
/// # Errors
/// Those of the database.
pub async fn results(app: &App, experiment: &Experiment) -> Result<Results> {
    let at = app.clock.now();
    // What is done later is done without the arms.
    let ends = [experiment.stopped_at, experiment.ends_at];
    let until = ends.into_iter().flatten().fold(at, DateTime::min);
    let counts = counts(&app.db, experiment, until).await?;
    Ok(judged(experiment, at, counts))
}

fn judged(experiment: &Experiment, at: DateTime<Utc>, counts: Vec<Counts>) -> Results {
    let of = |key: &str| {
        let found = counts.iter().find(|counts| counts.arm == key).cloned();
        found.unwrap_or_else(|| Counts {
            arm: key.to_owned(),
            ..Counts::default()
        })
    };
    let arms = &experiment.arms.0;
    let weights: Vec<f64> = arms.iter().map(|arm| f64::from(arm.weight)).collect();
    let total: f64 = weights.iter().sum();
    let control = arms.first().map_or_else(Counts::default, |arm| of(&arm.key));
    let comparisons = arms.len().saturating_sub(1).max(1);
    let mut results: Vec<ArmResult> = arms
        .iter()
        .enumerate()
        .map(|(place, arm)| ArmResult {
            expected_share: f64::from(arm.weight) / total,
            is_control: place == 0,
            ..arm_result(
                &experiment.design,
                &control,
                &of(&arm.key),
                (place > 0).then_some(comparisons),
            )
        })
        .collect();
    let units: Vec<u64> = results.iter().map(|arm| count(arm.units)).collect();
    let ratio = goodness_of_fit(&units, &weights);
    if counts.iter().any(|counts| counts.arm == HELD_OUT) {
        results.push(ArmResult {
            is_holdout: true,
            ..arm_result(&experiment.design, &control, &of(HELD_OUT), Some(comparisons))
        });
    }
    Results {
        at,
        arms: results,
        ratio,
        mismatch: ratio.is_some_and(|test| test.p_value < MISMATCH),
        comparisons,
    }
}

fn count(units: i64) -> u64 {
    u64::try_from(units).unwrap_or_default()
}

fn converters(metric: Metric, counts: &Counts) -> i64 {
    match metric {
        Metric::Click => counts.clicked,
        Metric::Add => counts.added,
        Metric::Order | Metric::Revenue => counts.ordered,
    }
}

fn sample(metric: Metric, counts: &Counts) -> (Kind, Sample) {
    let units = count(counts.units);
    match metric {
        Metric::Revenue => (
            Kind::Amount,
            Sample {
                units,
                sum: counts.revenue as f64,
                squares: counts.squares,
                converters: count(counts.ordered),
            },
        ),
        _ => (Kind::Share, Sample::of_share(units, count(converters(metric, counts)))),
    }
}

/// What came of an arm, compared with the control when it is one of so many that are.
fn arm_result(design: &Design, control: &Counts, arm: &Counts, comparisons: Option<usize>) -> ArmResult {
    let metric = |metric: Metric| {
        let (kind, own) = sample(metric, arm);
        let (_, base) = sample(metric, control);
        let alpha = design.alpha / comparisons.unwrap_or(1) as f64;
        let settings = Settings {
            alpha,
            power: design.power,
            effect: design.effect,
        };
        let comparison = comparisons.map(|_| compare(kind, &base, &own, settings));
        let guardrail = design.guardrails.iter().find(|guardrail| guardrail.metric == metric);
        MetricResult {
            metric,
            is_primary: design.primary == metric,
            converters: converters(metric, arm),
            mean: own.mean(),
            is_significant: comparison
                .and_then(|comparison| comparison.always_valid_p)
                .is_some_and(|p| p < alpha),
            guardrail: guardrail
                .zip(comparison.as_ref())
                .map(|(guardrail, comparison)| verdict(&base, comparison, f64::from(guardrail.margin) / 10_000.0)),
            comparison,
        }
    };
    ArmResult {
        key: arm.arm.clone(),
        is_control: false,
        is_holdout: false,
        units: arm.units,
        expected_share: 0.0,
        orders: arm.orders,
        revenue: arm.revenue,
        metrics: METRICS.into_iter().map(metric).collect(),
    }
}
