//! Values that stay right however often they are looked at, and whenever somebody stops because of them: the mixture
//! sequential probability ratio test of Robbins with a normal mixture, as Johari, Koomen, Pekelis and Walsh use it.

use super::sample::Interval;

/// The always-valid p-value of a difference with this `variance` (of the estimate), where effects are of about the size
/// `scale`: the reciprocal of the likelihood ratio of a normal mixture of effects, centred at 0 with the standard deviation
/// `scale`, to no effect. Where there is no effect, the probability that it is ever at most alpha is at most alpha.
pub fn always_valid_p(difference: f64, variance: f64, scale: f64) -> f64 {
    let mixture = scale * scale;
    let ratio = 0.5 * (variance / (variance + mixture)).ln()
        + mixture * difference * difference / (2.0 * variance * (variance + mixture));
    // Nothing varies yet, or nothing is expected: nothing is known.
    if ratio.is_finite() {
        (-ratio).exp().min(1.0)
    } else {
        1.0
    }
}

/// The interval that belongs to [`always_valid_p`]: the effects that it would not refuse at `alpha`. With probability 1 -
/// alpha it holds the true effect at every look.
pub fn always_valid_interval(difference: f64, variance: f64, scale: f64, alpha: f64) -> Option<Interval> {
    let mixture = scale * scale;
    let total = variance + mixture;
    let reach = (2.0 * variance * total / mixture * (0.5 * (total / variance).ln() - alpha.ln())).sqrt();
    (reach.is_finite() && reach > 0.0).then(|| Interval::around(difference, reach))
}
