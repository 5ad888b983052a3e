//! How small an effect a number of units can show.

use super::normal_quantile;
use super::sample::Sample;

/// The sum of the two quantiles that every formula here has.
fn reach(alpha: f64, power: f64) -> f64 {
    normal_quantile(1.0 - alpha / 2.0) + normal_quantile(power)
}

/// The smallest absolute effect that is found with probability `power` by a test at `alpha`, with the units that are there,
/// when the treatment varies as much as the control.
pub fn detectable(control: &Sample, treatment_units: u64, alpha: f64, power: f64) -> Option<f64> {
    let variance = control.variance();
    let error = variance.sqrt() * (1.0 / control.n() + 1.0 / treatment_units as f64).sqrt();
    let effect = reach(alpha, power) * error;
    (effect.is_finite() && variance > 0.0).then_some(effect)
}

/// Units an arm that it takes to find the absolute effect `effect` of something with this variance.
pub fn units_needed(variance: f64, effect: f64, alpha: f64, power: f64) -> Option<u64> {
    let units = 2.0 * variance * (reach(alpha, power) / effect).powi(2);
    (units.is_finite() && units > 0.0).then_some(units.ceil() as u64)
}
