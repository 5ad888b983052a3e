//! What was measured of the units of an arm.

/// The form of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 0 or 1 a unit.
    Share,
    /// Any number a unit.
    Amount,
}

/// Units with the sum and the sum of squares of what was measured. Statistics may be floats; the books are elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sample {
    /// Units.
    pub units: u64,
    /// Sum over the units.
    pub sum: f64,
    /// Sum of squares over the units.
    pub squares: f64,
    /// Units whose value is not 0.
    pub converters: u64,
}

impl Sample {
    /// `converters` of `units` have 1, the others 0.
    pub fn of_share(units: u64, converters: u64) -> Self {
        let converters = converters.min(units);
        Self {
            units,
            sum: converters as f64,
            squares: converters as f64,
            converters,
        }
    }

    /// A sample with this mean and standard deviation, of values that are not 0.
    pub fn of_moments(units: u64, mean: f64, deviation: f64) -> Self {
        let n = units as f64;
        Self {
            units,
            sum: n * mean,
            squares: (n - 1.0) * deviation * deviation + n * mean * mean,
            converters: units,
        }
    }

    /// Units, as a number to reckon with.
    pub(super) fn n(&self) -> f64 {
        self.units as f64
    }

    /// The mean; 0 of nothing.
    pub fn mean(&self) -> f64 {
        if self.units == 0 { 0.0 } else { self.sum / self.n() }
    }

    /// The variance with n - 1 below; 0 where there are no two units.
    pub fn variance(&self) -> f64 {
        if self.units < 2 {
            return 0.0;
        }
        // Never below 0 but by rounding.
        ((self.squares - self.sum * self.mean()) / (self.n() - 1.0)).max(0.0)
    }

    /// The variance of the mean.
    pub(super) fn variance_of_mean(&self) -> f64 {
        if self.units == 0 {
            0.0
        } else {
            self.variance() / self.n()
        }
    }
}

/// Where a value lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// `reach` to either side of `middle`.
    pub(super) fn around(middle: f64, reach: f64) -> Self {
        Self {
            low: middle - reach,
            high: middle + reach,
        }
    }
}
