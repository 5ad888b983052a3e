//! Whether as many units came to each arm as should.

use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::fixed::Test;

/// A p-value below this is an alarm: something is wrong with the assignment or with the log, and the results mean nothing.
pub const MISMATCH: f64 = 0.001;

/// Pearson's chi-squared test of counts against weights. None where there are no two arms, or nothing was counted.
pub fn goodness_of_fit(observed: &[u64], weights: &[f64]) -> Option<Test> {
    let count: u64 = observed.iter().sum();
    let total: f64 = weights.iter().sum();
    if observed.len() < 2 || observed.len() != weights.len() || count == 0 {
        return None;
    }
    let part = |(&seen, &weight): (&u64, &f64)| {
        let expected = count as f64 * weight / total;
        (seen as f64 - expected).powi(2) / expected
    };
    let statistic: f64 = observed.iter().zip(weights).map(part).sum();
    let distribution = ChiSquared::new((observed.len() - 1) as f64).ok()?;
    statistic.is_finite().then(|| Test {
        statistic,
        p_value: distribution.sf(statistic),
    })
}
