//! A leaky bucket in one number: the moment at which it will be full again. All in microseconds.

use crate::platform::rate_limit::Bucket;

/// What somebody wants of a bucket, in time: how long the points take to come back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Claim {
    /// Microseconds that the points take to come back.
    pub cost: u64,
    /// Microseconds that an empty bucket takes to be full.
    pub whole: u64,
    restored_per_second: f64,
}

/// Whether the points were there. `debt` is how many microseconds the bucket is away from full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They were taken.
    Granted {
        /// After taking them.
        debt: u64,
    },
    /// They were not.
    Refused {
        /// As it was.
        debt: u64,
        /// Microseconds until they will be there.
        wait: u64,
    },
}

impl Claim {
    /// A claim of `points` on a bucket; more than it holds counts as all that it holds.
    pub fn new(points: u32, bucket: Bucket) -> Self {
        let micros = |points: u32| (f64::from(points) / bucket.restored_per_second * 1e6).ceil() as u64;
        let whole = micros(bucket.capacity).max(1);
        Self {
            cost: micros(points).min(whole),
            whole,
            restored_per_second: bucket.restored_per_second,
        }
    }

    /// Points in the bucket when it is `debt` microseconds away from full, rounded down.
    pub fn available(&self, debt: u64) -> u32 {
        let micros = self.whole.saturating_sub(debt);
        // A part of a millionth of a point may be lost to rounding; 1e-6 gives it back.
        (micros as f64 * self.restored_per_second / 1e6 + 1e-6).floor() as u32
    }
}

/// Decides over a claim at `now` on a bucket that is full at `full_at`. On a grant the bucket is full again at
/// `now + debt`. A clock that was set back costs a caller at most one whole bucket.
pub fn decide(now: u64, full_at: u64, claim: Claim) -> Verdict {
    let debt = full_at.saturating_sub(now).min(claim.whole);
    // A bucket that takes ages to fill counts in microseconds that no number holds.
    let after = debt.saturating_add(claim.cost);
    if after > claim.whole {
        Verdict::Refused {
            debt,
            wait: after - claim.whole,
        }
    } else {
        Verdict::Granted { debt: after }
    }
}
