//! The simulator's time: the machine's, or one that a test sets.

use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the time in seconds since 1970.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    frozen: Option<i64>,
}

impl Clock {
    /// Sets the time, or lets it run again.
    pub fn set(&mut self, now: Option<i64>) {
        self.frozen = now;
    }

    /// Now.
    pub fn now(&self) -> i64 {
        self.frozen
            .unwrap_or_else(|| i64::try_from(since_1970().as_secs()).unwrap_or(i64::MAX))
    }
}

/// A seed that no other run has.
pub fn fresh_seed() -> u64 {
    u64::try_from(since_1970().as_nanos() & u128::from(u64::MAX)).unwrap_or_default()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the simulator has no App; this is its one clock"
)]
fn since_1970() -> std::time::Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
