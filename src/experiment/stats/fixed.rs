//! Tests with a fixed horizon: right when they are looked at once, at the end.

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::sample::{Interval, Sample};
use super::{normal_quantile, normal_two_sided};

/// What a test says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Test {
    /// The statistic.
    pub statistic: f64,
    /// The probability of one at least as far out where there is no effect.
    pub p_value: f64,
}

/// The pooled two-proportion z-test, two-sided, of the treatment against the control. None where nobody or everybody
/// converted, or an arm is empty.
pub fn two_proportions(control: &Sample, treatment: &Sample) -> Option<Test> {
    if control.units == 0 || treatment.units == 0 {
        return None;
    }
    let (a, b) = (control.n(), treatment.n());
    let pooled = (control.sum + treatment.sum) / (a + b);
    let error = (pooled * (1.0 - pooled) * (1.0 / a + 1.0 / b)).sqrt();
    let statistic = (treatment.mean() - control.mean()) / error;
    statistic.is_finite().then(|| Test {
        statistic,
        p_value: normal_two_sided(statistic),
    })
}

/// Newcombe's hybrid score interval (his method 10) of the difference of two proportions, treatment less control.
pub fn newcombe(control: &Sample, treatment: &Sample, alpha: f64) -> Option<Interval> {
    let (c, t) = (wilson(control, alpha)?, wilson(treatment, alpha)?);
    let (p, q) = (treatment.mean(), control.mean());
    let difference = p - q;
    Some(Interval {
        low: difference - (p - t.low).hypot(c.high - q),
        high: difference + (t.high - p).hypot(q - c.low),
    })
}

/// Wilson's score interval of a proportion.
fn wilson(sample: &Sample, alpha: f64) -> Option<Interval> {
    if sample.units == 0 {
        return None;
    }
    let (n, p) = (sample.n(), sample.mean());
    let z = normal_quantile(1.0 - alpha / 2.0);
    let below = 2.0 * (n + z * z);
    let reach = z * (z * z + 4.0 * n * p * (1.0 - p)).sqrt() / below;
    Some(Interval::around((2.0 * n * p + z * z) / below, reach))
}

/// What Welch's test says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Welch {
    /// The statistic with its p-value.
    pub test: Test,
    /// Degrees of freedom after Welch and Satterthwaite.
    pub freedom: f64,
}

/// Welch's t-test, two-sided, of the treatment against the control. None where an arm has fewer than two units, or
/// nothing varies.
pub fn welch(control: &Sample, treatment: &Sample) -> Option<Welch> {
    let (a, b) = (control.variance_of_mean(), treatment.variance_of_mean());
    let statistic = (treatment.mean() - control.mean()) / (a + b).sqrt();
    let freedom = freedom(control, treatment)?;
    let distribution = StudentsT::new(0.0, 1.0, freedom).ok()?;
    statistic.is_finite().then(|| Welch {
        test: Test {
            statistic,
            p_value: (2.0 * distribution.cdf(-statistic.abs())).min(1.0),
        },
        freedom,
    })
}

/// The interval that belongs to [`welch`].
pub fn welch_interval(control: &Sample, treatment: &Sample, alpha: f64) -> Option<Interval> {
    let error = (control.variance_of_mean() + treatment.variance_of_mean()).sqrt();
    let distribution = StudentsT::new(0.0, 1.0, freedom(control, treatment)?).ok()?;
    let reach = distribution.inverse_cdf(1.0 - alpha / 2.0) * error;
    reach
        .is_finite()
        .then(|| Interval::around(treatment.mean() - control.mean(), reach))
}

fn freedom(control: &Sample, treatment: &Sample) -> Option<f64> {
    if control.units < 2 || treatment.units < 2 {
        return None;
    }
    let (a, b) = (control.variance_of_mean(), treatment.variance_of_mean());
    let below = a * a / (control.n() - 1.0) + b * b / (treatment.n() - 1.0);
    let freedom = (a + b) * (a + b) / below;
    freedom.is_finite().then_some(freedom)
}
