//! Leaky buckets: one contract for the embedded twin and for Redis.

use std::sync::Arc;
use std::time::{Duration, Instant};

use merx::platform::clock::Clock;
use merx::platform::rate_limit::{Bucket, Buckets, Claim, InProcessBuckets, Limits, RedisBuckets, Verdict};
use proptest::prelude::*;
use proptest::strategy::ValueTree;

use super::redis::{redis, unique};
use crate::support::noon;

fn bucket(capacity: u32, restored_per_second: f64) -> Bucket {
    Bucket {
        capacity,
        restored_per_second,
    }
}

fn in_process() -> Arc<dyn Buckets> {
    Arc::new(InProcessBuckets::new(Clock::system(), 1_000))
}

/// Both keepers, where there is a Redis.
fn keepers() -> Vec<Arc<dyn Buckets>> {
    let mut keepers = vec![in_process()];
    if let Some(redis) = redis() {
        keepers.push(Arc::new(RedisBuckets::new(redis)));
    }
    keepers
}

#[tokio::test]
async fn points_are_taken_whole_or_not_at_all() {
    for keeper in keepers() {
        let limits = Limits::new(keeper);
        let (key, other) = (unique(), unique());
        // So slow that nothing comes back during the test.
        let slow = bucket(10, 0.001);
        assert_eq!(limits.take(&key, 4, slow).await.expect("full").available, 6);
        assert_eq!(limits.take(&key, 0, slow).await.expect("nothing").available, 6);
        let refused = limits.take(&key, 7, slow).await.expect_err("too much");
        assert_eq!((refused.available, refused.bucket), (6, slow));
        assert!(refused.retry_after > Duration::from_secs(900), "{refused:?}");
        assert_eq!(refused.retry_after_seconds(), refused.retry_after.as_secs() + 1);
        assert_eq!(limits.take(&key, 6, slow).await.expect("the rest").available, 0);
        assert!(limits.take(&key, 1, slow).await.is_err());
        assert_eq!(limits.take(&other, 1, slow).await.expect("another").available, 9);
        // More than a bucket holds is all of it: nobody waits for ever.
        let third = unique();
        assert_eq!(limits.take(&third, 1_000, slow).await.expect("full").available, 0);
        let refused = limits.take(&third, 1_000, slow).await.expect_err("empty");
        assert!(refused.retry_after <= Duration::from_secs(10_000), "{refused:?}");
    }
}

#[tokio::test]
async fn points_come_back() {
    for keeper in keepers() {
        let limits = Limits::new(keeper);
        let (key, quick) = (unique(), bucket(10, 100.0));
        limits.take(&key, 10, quick).await.expect("full");
        let refused = loop {
            // A slow machine restores points between the two calls.
            match limits.take(&key, 10, quick).await {
                Err(refused) => break refused,
                Ok(_) => continue,
            }
        };
        assert!(refused.retry_after <= Duration::from_millis(100), "{refused:?}");
        tokio::time::sleep(refused.retry_after).await;
        limits
            .take(&key, 10, quick)
            .await
            .expect("they came back when they should");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn takers_in_parallel_get_no_more_than_there_is() {
    for keeper in keepers() {
        let limits = Limits::new(keeper);
        let (key, shape) = (unique(), bucket(200, 300.0));
        let begun = Instant::now();
        let takers = (0..8).map(|_| {
            let (limits, key) = (limits.clone(), key.clone());
            tokio::spawn(async move {
                let mut taken = 0;
                for i in 0..150 {
                    let points = 1 + i % 3;
                    if limits.take(&key, points, shape).await.is_ok() {
                        taken += points;
                    }
                }
                taken
            })
        });
        let taken: u32 = futures_util::future::join_all(takers)
            .await
            .into_iter()
            .map(|taken| taken.expect("no panic"))
            .sum();
        let most = 200.0 + 300.0 * begun.elapsed().as_secs_f64() + 1.0;
        assert!(f64::from(taken) <= most, "{taken} of {most}");
        assert!(taken >= 200, "{taken}: what is there can be taken");
    }
}

/// A bucket as one would draw it: points in it, in millionths.
struct Model {
    bucket: u32,
    restored: u32,
    level: u64,
}

impl Model {
    fn new(bucket: u32, restored: u32) -> Self {
        Self {
            bucket,
            restored,
            level: u64::from(bucket) * 1_000_000,
        }
    }

    fn pass(&mut self, micros: u64) {
        self.level = (self.level + micros * u64::from(self.restored)).min(u64::from(self.bucket) * 1_000_000);
    }

    fn take(&mut self, points: u32) -> Option<u32> {
        let wanted = u64::from(points.min(self.bucket)) * 1_000_000;
        self.level = self.level.checked_sub(wanted)?;
        u32::try_from(self.level / 1_000_000).ok()
    }
}

/// What happens to a bucket: time in microseconds passes, points are asked for.
fn events() -> impl Strategy<Value = Vec<(u64, u32)>> {
    let pause = prop_oneof![Just(0), 0..2_000u64, 0..3_000_000u64];
    prop::collection::vec((pause, 0..60u32), 1..60)
}

proptest! {
    #[test]
    fn the_twin_does_what_the_model_does(
        capacity in 1..50u32,
        // Those whose points take whole microseconds: there the model is exact.
        restored in prop::sample::select(vec![1u32, 2, 5, 10, 100, 1_000]),
        events in events(),
    ) {
        let clock = Clock::frozen(noon());
        let twin = InProcessBuckets::new(clock.clone(), 100);
        let mut model = Model::new(capacity, restored);
        let shape = bucket(capacity, f64::from(restored));
        for (pause, points) in events {
            clock.advance(Duration::from_micros(pause));
            model.pass(pause);
            let claim = Claim::new(points, shape);
            match (twin.take_now("key", claim), model.take(points)) {
                (Verdict::Granted { debt }, Some(left)) => prop_assert_eq!(claim.available(debt), left),
                (Verdict::Refused { debt, wait }, None) => {
                    prop_assert_eq!(u64::from(claim.available(debt)), model.level / 1_000_000);
                    let short = u64::from(points.min(capacity)) * 1_000_000 - model.level;
                    prop_assert_eq!(wait, short.div_ceil(u64::from(restored)));
                }
                (verdict, left) => prop_assert!(false, "{:?} where the model has {:?}", verdict, left),
            }
        }
    }

    #[test]
    fn no_shape_of_a_bucket_gives_more_than_it_holds(
        capacity in 1..=u32::MAX,
        rate in prop_oneof![1e-6..1.0f64, 1.0..1e9f64],
        points in any::<u32>(),
    ) {
        let twin = InProcessBuckets::new(Clock::frozen(noon()), 100);
        let claim = Claim::new(points, bucket(capacity, rate));
        prop_assert!(claim.cost <= claim.whole);
        let granted = (0..5).filter(|_| matches!(twin.take_now("key", claim), Verdict::Granted { .. })).count();
        prop_assert!(granted >= 1);
        if points > capacity / 2 && claim.cost > claim.whole / 2 {
            prop_assert_eq!(granted, 1);
        }
    }
}

#[tokio::test]
async fn redis_does_what_the_model_does() {
    let Some(redis) = redis() else { return };
    let limits = Limits::new(Arc::new(RedisBuckets::new(redis)));
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for _ in 0..40 {
        let (capacity, wanted) = (1..50u32, prop::collection::vec(0..30u32, 1..30))
            .new_tree(&mut runner)
            .expect("a case")
            .current();
        let (key, mut model) = (unique(), Model::new(capacity, 0));
        for points in wanted {
            // Nothing comes back during the test.
            let found = limits.take(&key, points, bucket(capacity, 0.0001)).await;
            assert_eq!(
                found.ok().map(|left| left.available),
                model.take(points),
                "{points} of {capacity}"
            );
        }
    }
}

#[test]
fn a_clock_that_is_set_back_costs_one_bucket_at_most() {
    let clock = Clock::frozen(noon());
    let twin = InProcessBuckets::new(clock.clone(), 100);
    let claim = Claim::new(10, bucket(10, 1.0));
    assert!(matches!(twin.take_now("key", claim), Verdict::Granted { .. }));
    clock.set(noon() - chrono::Duration::days(365));
    match twin.take_now("key", claim) {
        Verdict::Refused { wait, .. } => assert_eq!(wait, 10_000_000),
        granted => panic!("{granted:?}"),
    }
}

#[test]
fn a_flood_of_callers_fills_no_memory_and_pardons_nobody() {
    let clock = Clock::frozen(noon());
    let twin = InProcessBuckets::new(clock.clone(), 1_000);
    let shape = bucket(100, 1.0);
    let (all, one) = (Claim::new(100, shape), Claim::new(1, shape));
    assert!(matches!(twin.take_now("greedy", all), Verdict::Granted { .. }));
    for i in 0..50_000 {
        twin.take_now(&format!("flood-{i}"), one);
        assert!(twin.remembered() <= 1_024, "{} are remembered", twin.remembered());
    }
    assert!(
        matches!(twin.take_now("greedy", one), Verdict::Refused { .. }),
        "who took most is not forgotten first"
    );
    // Who is full again is forgotten for nothing.
    clock.advance(Duration::from_secs(200));
    for i in 0..2_000 {
        twin.take_now(&format!("later-{i}"), one);
    }
    assert!(twin.remembered() <= 1_024);
}
