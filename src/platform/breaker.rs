//! A circuit breaker: an outside system that fails again and again is left alone for a while, so that those who wait for
//! it do not wait for nothing.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;

use crate::platform::clock::Clock;

/// When a breaker opens, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Failures one after the other that open it; at least 1.
    pub failures: u32,
    /// How long the system is left alone before one call tries it again.
    pub rest: TimeDelta,
}

/// Where a breaker stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerState {
    /// Calls go through.
    Closed,
    /// Calls are refused.
    Open,
    /// One call tries whether the system is back; the others are refused.
    HalfOpen,
}

/// The system is left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it failed again and again and is left alone until {until}")]
pub struct Resting {
    /// Until when.
    pub until: DateTime<Utc>,
}

/// A circuit breaker. All clones are one.
#[derive(Clone)]
pub struct Breaker(Arc<Inner>);

struct Inner {
    /// Name of the system, for the log.
    system: &'static str,
    rules: Rules,
    clock: Clock,
    state: Mutex<State>,
}

struct State {
    /// Counts how often the breaker opened or closed: what a call that began before says is old.
    era: u64,
    /// Failures since the last success.
    failures: u32,
    /// Until when calls are refused; none while it is closed.
    until: Option<DateTime<Utc>>,
    /// Whether a call tries the system.
    trying: bool,
}

impl Inner {
    /// A clock that was set back does not make the rest longer.
    fn rests(&self, now: DateTime<Utc>, until: DateTime<Utc>) -> bool {
        now < until && until - now <= self.rules.rest
    }
}

impl Breaker {
    /// A closed breaker of `system`.
    pub fn new(system: &'static str, rules: Rules, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            system,
            rules,
            clock,
            state: Mutex::new(State {
                era: 0,
                failures: 0,
                until: None,
                trying: false,
            }),
        }))
    }

    /// Asks to call the system.
    ///
    /// # Errors
    /// When it is left alone.
    pub fn enter(&self) -> Result<Pass, Resting> {
        let now = self.0.clock.now();
        let state = &mut *self.0.state.lock();
        if let Some(until) = state.until {
            if self.0.rests(now, until) || state.trying {
                return Err(Resting { until });
            }
            state.trying = true;
        }
        Ok(Pass {
            breaker: self.clone(),
            era: state.era,
            told: false,
        })
    }

    /// Where it stands.
    pub fn state(&self) -> BreakerState {
        let now = self.0.clock.now();
        match self.0.state.lock().until {
            None => BreakerState::Closed,
            Some(until) if self.0.rests(now, until) => BreakerState::Open,
            Some(_) => BreakerState::HalfOpen,
        }
    }

    fn end(&self, era: u64, outcome: Outcome) {
        let Inner {
            system, rules, clock, ..
        } = &*self.0;
        let state = &mut *self.0.state.lock();
        if state.era != era {
            return;
        }
        let tried = std::mem::take(&mut state.trying);
        match outcome {
            Outcome::Unknown => {}
            Outcome::Succeeded => {
                state.failures = 0;
                if state.until.take().is_some() {
                    state.era += 1;
                    tracing::info!(system, "the system is back: the breaker is closed");
                }
            }
            Outcome::Failed => {
                state.failures = state.failures.saturating_add(1);
                if tried || state.failures >= rules.failures {
                    state.until = Some(clock.now() + rules.rest);
                    state.era += 1;
                    let failures = state.failures;
                    tracing::warn!(system, failures, "the system is left alone: the breaker is open");
                }
            }
        }
    }
}

enum Outcome {
    Succeeded,
    Failed,
    Unknown,
}

/// Leave to call the system. A call that is given up says nothing about the system: whoever hangs up must not be able to
/// open the breaker for others.
#[must_use = "the breaker learns how the call ended from it"]
pub struct Pass {
    breaker: Breaker,
    era: u64,
    told: bool,
}

impl Pass {
    /// The system answered.
    pub fn succeeded(mut self) {
        self.tell(Outcome::Succeeded);
    }

    /// It did not, or could not.
    pub fn failed(mut self) {
        self.tell(Outcome::Failed);
    }

    fn tell(&mut self, outcome: Outcome) {
        self.told = true;
        self.breaker.end(self.era, outcome);
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if !self.told {
            self.tell(Outcome::Unknown);
        }
    }
}
