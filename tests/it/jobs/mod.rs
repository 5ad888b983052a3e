//! Jobs: written with what needs them, run at least once, kept when they fail.

mod gate;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use merx::platform::db::Db;
use merx::platform::error::Fault;
use merx::platform::jobs::{Job, JobError, POLL, Queue, Registry, backoff, enqueue, queue_depths, run_workers};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::support::Shop;

#[derive(Serialize, Deserialize)]
struct Ring {
    bell: String,
    once: bool,
}

impl Job for Ring {
    const KIND: &'static str = "test.ring";
    const QUEUE: Queue = Queue::Orders;

    fn unique_key(&self) -> Option<String> {
        self.once.then(|| self.bell.clone())
    }
}

#[derive(Clone, Default)]
struct Tower {
    rung: Arc<AtomicUsize>,
}

async fn open(db: &Db) -> (i64, i64) {
    let depths = queue_depths(db).await.expect("the job table answers");
    depths
        .iter()
        .find(|q| q.name == "orders")
        .map_or((0, 0), |q| (q.open, q.dead))
}

async fn put(db: &Db, once: bool) {
    let tx = db.begin().await.expect("a transaction");
    enqueue(
        &tx,
        &Ring {
            bell: "big".to_owned(),
            once,
        },
    )
    .await
    .expect("written");
    tx.commit().await.expect("committed");
}

/// Runs workers that look every `poll` until `done` says so, for twenty seconds at most.
async fn run_until(db: &Db, registry: Registry<Tower>, tower: Tower, poll: Duration, done: impl Fn(&Tower) -> bool) {
    let (stop, stopped) = watch::channel(false);
    let (db, state) = (db.clone(), tower.clone());
    let workers = tokio::spawn(async move { run_workers(&db, Arc::new(registry), state, poll, stopped).await });
    let waited = async {
        while !done(&tower) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waited)
        .await
        .expect("the jobs run");
    stop.send(true).expect("the workers listen");
    workers.await.expect("the workers end").expect("the workers ran");
}

#[tokio::test]
async fn a_job_lives_and_dies_with_its_transaction() {
    let shop = Shop::demo().await;
    let db = &shop.app.db;
    let tx = db.begin().await.expect("a transaction");
    enqueue(
        &tx,
        &Ring {
            bell: "big".to_owned(),
            once: false,
        },
    )
    .await
    .expect("written");
    tx.rollback().await.expect("rolled back");
    assert_eq!(open(db).await, (0, 0));
    put(db, false).await;
    assert_eq!(open(db).await, (1, 0));
}

#[tokio::test]
async fn a_unique_job_is_written_once() {
    let shop = Shop::demo().await;
    put(&shop.app.db, true).await;
    put(&shop.app.db, true).await;
    assert_eq!(open(&shop.app.db).await, (1, 0));
}

#[tokio::test]
async fn a_commit_wakes_the_workers() {
    let shop = Shop::demo().await;
    let mut registry = Registry::default();
    registry.add(|tower: Tower, ring: Ring| async move {
        assert_eq!(ring.bell, "big");
        tower.rung.fetch_add(1, Ordering::SeqCst);
        Ok(())
    });
    let tower = Tower::default();
    let db = shop.app.db.clone();
    let ringing = tokio::spawn(async move {
        // Later than the look at the start.
        tokio::time::sleep(Duration::from_millis(1500)).await;
        put(&db, false).await;
    });
    // The clock would wake them tomorrow: only the commit can.
    let tomorrow = Duration::from_secs(86_400);
    run_until(&shop.app.db, registry, tower, tomorrow, |t| {
        t.rung.load(Ordering::SeqCst) == 1
    })
    .await;
    ringing.await.expect("rung");
    assert_eq!(open(&shop.app.db).await, (0, 0));
}

#[tokio::test]
async fn a_job_that_fails_is_tried_again_later() {
    let shop = Shop::demo().await;
    put(&shop.app.db, false).await;
    let mut registry = Registry::default();
    registry.add(|tower: Tower, _: Ring| async move {
        match tower.rung.fetch_add(1, Ordering::SeqCst) {
            0 => Err(JobError::Retry(Fault::Invariant("not yet"))),
            _ => Ok(()),
        }
    });
    let start = std::time::Instant::now();
    run_until(&shop.app.db, registry, Tower::default(), POLL, |t| {
        t.rung.load(Ordering::SeqCst) == 2
    })
    .await;
    assert!(
        start.elapsed() >= Duration::from_secs(1),
        "it waited: {:?}",
        start.elapsed()
    );
    assert_eq!(open(&shop.app.db).await, (0, 0));
}

#[tokio::test]
async fn a_hopeless_job_is_kept_and_a_panic_hurts_nobody() {
    let shop = Shop::demo().await;
    put(&shop.app.db, false).await;
    let mut registry = Registry::default();
    registry.add(|tower: Tower, _: Ring| async move {
        tower.rung.fetch_add(1, Ordering::SeqCst);
        Err(JobError::Dead("nobody can ring this".to_owned()))
    });
    run_until(&shop.app.db, registry, Tower::default(), POLL, |t| {
        t.rung.load(Ordering::SeqCst) == 1
    })
    .await;
    assert_eq!(open(&shop.app.db).await, (0, 1), "a dead letter");

    put(&shop.app.db, false).await;
    let mut registry = Registry::default();
    registry.add(|tower: Tower, _: Ring| async move {
        assert!(
            tower.rung.fetch_add(1, Ordering::SeqCst) > 0,
            "the first ring breaks the rope"
        );
        Ok(())
    });
    run_until(&shop.app.db, registry, Tower::default(), POLL, |t| {
        t.rung.load(Ordering::SeqCst) == 2
    })
    .await;
    assert_eq!(open(&shop.app.db).await, (0, 1));
}

#[test]
fn pauses_grow_to_an_hour() {
    let pauses: Vec<u64> = (1..=12).map(|attempt| backoff(attempt).as_secs()).collect();
    assert!(pauses.is_sorted(), "{pauses:?}");
    assert_eq!((pauses[0], pauses[11]), (2, 3600));
}
