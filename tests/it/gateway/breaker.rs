//! The circuit breaker.

use std::time::Duration;

use chrono::TimeDelta;
use merx::platform::breaker::{Breaker, BreakerState, Rules};
use merx::platform::clock::Clock;
use proptest::prelude::*;

use crate::support::noon;

const RULES: Rules = Rules {
    failures: 3,
    rest: TimeDelta::seconds(10),
};

fn breaker() -> (Breaker, Clock) {
    let clock = Clock::frozen(noon());
    (Breaker::new("test", RULES, clock.clone()), clock)
}

fn fail(breaker: &Breaker, times: usize) {
    for _ in 0..times {
        breaker.enter().expect("it lets calls through").failed();
    }
}

#[test]
fn failures_one_after_the_other_open_it() {
    let (breaker, _) = breaker();
    fail(&breaker, 2);
    breaker.enter().expect("closed").succeeded();
    fail(&breaker, 2);
    assert_eq!(breaker.state(), BreakerState::Closed);
    fail(&breaker, 1);
    assert_eq!(breaker.state(), BreakerState::Open);
    assert_eq!(
        breaker.enter().err().map(|resting| resting.until),
        Some(noon() + RULES.rest)
    );
}

#[test]
fn one_call_tries_after_the_rest() {
    let (breaker, clock) = breaker();
    fail(&breaker, 3);
    clock.advance(Duration::from_secs(10));
    assert_eq!(breaker.state(), BreakerState::HalfOpen);
    let trying = breaker.enter().expect("one may try");
    assert!(breaker.enter().is_err(), "the others wait for it");
    trying.failed();
    assert_eq!(breaker.state(), BreakerState::Open);
    clock.advance(Duration::from_secs(10));
    breaker.enter().expect("one may try").succeeded();
    assert_eq!(breaker.state(), BreakerState::Closed);
    fail(&breaker, 2);
    assert_eq!(breaker.state(), BreakerState::Closed, "the count began anew");
}

#[test]
fn who_gives_up_says_nothing() {
    let (breaker, clock) = breaker();
    for _ in 0..10 {
        drop(breaker.enter().expect("closed"));
    }
    assert_eq!(breaker.state(), BreakerState::Closed);
    fail(&breaker, 3);
    clock.advance(Duration::from_secs(10));
    drop(breaker.enter().expect("one may try"));
    assert!(breaker.enter().is_ok(), "the next one may try");
}

#[test]
fn what_began_before_does_not_count() {
    let (breaker, clock) = breaker();
    let (slow, slower) = (breaker.enter().expect("closed"), breaker.enter().expect("closed"));
    fail(&breaker, 3);
    slow.succeeded();
    assert_eq!(breaker.state(), BreakerState::Open, "an old success closes nothing");
    clock.advance(Duration::from_secs(10));
    breaker.enter().expect("one may try").succeeded();
    slower.failed();
    fail(&breaker, 2);
    assert_eq!(breaker.state(), BreakerState::Closed, "an old failure is not counted");
}

#[test]
fn a_clock_that_is_set_back_does_not_hold_it_open() {
    let (breaker, clock) = breaker();
    fail(&breaker, 3);
    clock.set(noon() - TimeDelta::days(1));
    assert_eq!(breaker.state(), BreakerState::HalfOpen);
    assert!(breaker.enter().is_ok());
}

proptest! {
    /// However calls go: it is open only behind as many failures as it takes, and one call is enough to close it.
    #[test]
    fn it_follows_its_rules(steps in proptest::collection::vec(0..4_u8, 0..60)) {
        let (breaker, clock) = breaker();
        let mut failures = 0;
        for step in steps {
            match step {
                3 => clock.advance(Duration::from_secs(4)),
                step => match (breaker.enter(), step) {
                    (Err(_), _) => prop_assert!(failures >= RULES.failures),
                    (Ok(pass), 0) => { pass.succeeded(); failures = 0; }
                    (Ok(pass), 1) => { pass.failed(); failures += 1; }
                    (Ok(pass), _) => drop(pass),
                },
            }
            prop_assert_eq!(breaker.state() == BreakerState::Closed, failures < RULES.failures);
        }
    }
}
