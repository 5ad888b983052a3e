//! The statistics of experiments: pure functions of counts and sums. Formulas and sources: docs/guides/experiments.md.

mod compare;
mod fixed;
mod power;
mod ratio;
mod sample;
mod sequential;

pub use compare::{Comparison, Settings, Verdict, compare, verdict};
pub use fixed::{Test, Welch, newcombe, two_proportions, welch, welch_interval};
pub use power::{detectable, units_needed};
pub use ratio::{MISMATCH, goodness_of_fit};
pub use sample::{Interval, Kind, Sample};
pub use sequential::{always_valid_interval, always_valid_p};

use statrs::distribution::{ContinuousCDF, Normal};

/// The point that a standard normal variable stays below with `probability`.
fn normal_quantile(probability: f64) -> f64 {
    Normal::standard().inverse_cdf(probability)
}

/// The probability that a standard normal variable is at least this far from 0.
fn normal_two_sided(z: f64) -> f64 {
    (2.0 * Normal::standard().sf(z.abs())).min(1.0)
}
