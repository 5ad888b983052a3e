//! What the schema shows of results.

use async_graphql::{Enum, SimpleObject};
use chrono::{DateTime, Utc};

use crate::experiment::graphql::types::ExperimentMetric;
use crate::experiment::results::{ArmResult, MetricResult, Results};
use crate::experiment::stats::{Comparison, Interval, Test, Verdict};
use crate::graphql::scalar::MoneyObject;
use crate::platform::money::{Currency, Money};

/// What came of an experiment so far.
#[derive(SimpleObject)]
pub struct ExperimentResults {
    /// When it was counted.
    at: DateTime<Utc>,
    /// The arms, the control first; those who take part in nothing last, when there are any.
    arms: Vec<ExperimentArmResult>,
    /// Whether each arm has the units that its weight gives it: a chi-squared test. Null while there are none.
    sample_ratio: Option<ExperimentTest>,
    /// True when the test above has a p-value below 0.001: assignment or log are broken, and nothing else here means anything.
    sample_ratio_mismatch: bool,
    /// How many arms are compared with the control: alpha is divided by it.
    comparisons: usize,
}

/// What a test says.
#[derive(SimpleObject)]
pub struct ExperimentTest {
    /// The statistic.
    statistic: f64,
    /// The probability of one at least as far out where there is no effect.
    p_value: f64,
}

/// What came of an arm.
#[derive(SimpleObject)]
pub struct ExperimentArmResult {
    /// The arm; `holdout` for those who take part in nothing.
    key: String,
    /// Whether the others are compared with it.
    is_control: bool,
    /// Whether it is no arm, but those who take part in nothing.
    is_holdout: bool,
    /// Units that were exposed.
    units: i64,
    /// The part of the units of all arms that it should have.
    expected_share: f64,
    /// Orders of these units since, without those that were cancelled.
    orders: i64,
    /// Their totals; null for an experiment of several channels.
    revenue: Option<MoneyObject>,
    /// Each metric.
    metrics: Vec<ExperimentMetricResult>,
}

/// A metric of an arm, and how it compares with the control. What cannot be said yet is null, as is what is compared for
/// the control itself. Statistics are floats; they are no amounts.
#[derive(SimpleObject)]
pub struct ExperimentMetricResult {
    /// The metric.
    metric: ExperimentMetric,
    /// Whether it decides.
    is_primary: bool,
    /// Units that did it at least once.
    converters: i64,
    /// Mean a unit: a share, or minor units of money.
    mean: f64,
    /// Mean of the arm less mean of the control.
    difference: Option<f64>,
    /// Where the difference lies, for who looks once: Newcombe's interval of shares, Welch's of money.
    interval: Option<ExperimentInterval>,
    /// The difference relative to the control.
    lift: Option<f64>,
    /// Where the lift lies, for who looks once.
    lift_interval: Option<ExperimentInterval>,
    /// P-value for who looks once, at the planned end: the two-proportion z-test of shares, Welch's t-test of money.
    p_value: Option<f64>,
    /// P-value for who looks whenever they like, and stops because of it.
    always_valid_p_value: Option<f64>,
    /// Where the difference lies, for who looks whenever they like.
    always_valid_interval: Option<ExperimentInterval>,
    /// Smallest relative effect that would be found with the units that are there.
    detectable_lift: Option<f64>,
    /// Units an arm that it takes to find the effect worth finding.
    units_needed: Option<u64>,
    /// Whether the always-valid p-value is below the arm's part of alpha.
    is_significant: bool,
    /// Whether it is kept, when it is a guardrail.
    guardrail: Option<ExperimentGuardrailVerdict>,
}

/// Where a value lies.
#[derive(SimpleObject)]
pub struct ExperimentInterval {
    /// Lower end.
    low: f64,
    /// Upper end.
    high: f64,
}

/// What is known of a guardrail, at every look.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "Verdict")]
pub enum ExperimentGuardrailVerdict {
    /// The metric is worse by less than the margin, or better.
    Kept,
    /// It is worse by more than the margin: stop.
    Broken,
    /// It may be either.
    Open,
}

impl From<Interval> for ExperimentInterval {
    fn from(interval: Interval) -> Self {
        Self {
            low: interval.low,
            high: interval.high,
        }
    }
}

impl From<Test> for ExperimentTest {
    fn from(test: Test) -> Self {
        Self {
            statistic: test.statistic,
            p_value: test.p_value,
        }
    }
}

impl ExperimentResults {
    /// As shown, with money in `currency`.
    pub(super) fn of(results: Results, currency: Option<Currency>) -> Self {
        let arm = |arm: ArmResult| ExperimentArmResult {
            key: arm.key,
            is_control: arm.is_control,
            is_holdout: arm.is_holdout,
            units: arm.units,
            expected_share: arm.expected_share,
            orders: arm.orders,
            revenue: currency.map(|currency| Money::new(arm.revenue, currency).into()),
            metrics: arm.metrics.into_iter().map(Into::into).collect(),
        };
        Self {
            at: results.at,
            arms: results.arms.into_iter().map(arm).collect(),
            sample_ratio: results.ratio.map(Into::into),
            sample_ratio_mismatch: results.mismatch,
            comparisons: results.comparisons,
        }
    }
}

impl From<MetricResult> for ExperimentMetricResult {
    fn from(metric: MetricResult) -> Self {
        let compared = metric.comparison.is_some();
        let comparison: Comparison = metric.comparison.unwrap_or_default();
        Self {
            metric: metric.metric.into(),
            is_primary: metric.is_primary,
            converters: metric.converters,
            mean: metric.mean,
            difference: compared.then_some(comparison.difference),
            interval: comparison.interval.map(Into::into),
            lift: comparison.lift,
            lift_interval: comparison.lift_interval.map(Into::into),
            p_value: comparison.p_value,
            always_valid_p_value: comparison.always_valid_p,
            always_valid_interval: comparison.always_valid.map(Into::into),
            detectable_lift: comparison.detectable,
            units_needed: comparison.units_needed,
            is_significant: metric.is_significant,
            guardrail: metric.guardrail.map(Into::into),
        }
    }
}
