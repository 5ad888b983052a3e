//! The pauses between the attempts of a job.

use std::time::Duration;

use merx::platform::jobs::{MAX_ATTEMPTS, backoff};
use proptest::prelude::*;

proptest! {
    #[test]
    fn pauses_grow_up_to_an_hour(attempt in 0..u32::MAX) {
        prop_assert!(backoff(attempt) <= backoff(attempt + 1));
        prop_assert!(backoff(attempt) >= Duration::from_secs(2));
        prop_assert!(backoff(attempt) <= Duration::from_secs(3600));
    }
}

#[test]
fn a_job_is_tried_for_more_than_an_hour() {
    let attempts = MAX_ATTEMPTS.unsigned_abs();
    let all: Duration = (1..attempts).map(backoff).sum();
    assert!(all >= Duration::from_secs(3600), "{all:?}");
    assert_eq!(backoff(1), Duration::from_secs(2));
    assert_eq!(backoff(5), Duration::from_secs(32));
}
