//! The time of day, as an argument: tests freeze and move it.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, SubsecRound, Utc};
use parking_lot::Mutex;

/// A source of the current time in UTC, at microsecond precision: what PostgreSQL keeps.
#[derive(Clone, Debug, Default)]
pub struct Clock(Option<Arc<Mutex<DateTime<Utc>>>>);

impl Clock {
    /// The clock of the machine.
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that stands at `now` until it is moved. All clones move together.
    pub fn frozen(now: DateTime<Utc>) -> Self {
        Self(Some(Arc::new(Mutex::new(now))))
    }

    /// The current time.
    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            Some(frozen) => *frozen.lock(),
            None => {
                #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
                let now = Utc::now();
                now.trunc_subsecs(6)
            }
        }
    }

    /// Moves a frozen clock forward; the clock of the machine is not moved.
    pub fn advance(&self, by: Duration) {
        if let Some(frozen) = &self.0 {
            *frozen.lock() += by;
        }
    }
    /// Sets a frozen clock, also back, as an operator does; the clock of the machine is not set.
    pub fn set(&self, now: DateTime<Utc>) {
        if let Some(frozen) = &self.0 {
            *frozen.lock() = now;
        }
    }
}
