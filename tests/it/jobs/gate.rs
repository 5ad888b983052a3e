//! An idle worker leaves the database alone, and a question that has begun comes to its end.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use apalis_core::backend::Backend;
use apalis_core::worker::context::WorkerContext;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use merx::platform::jobs::{Gate, Table};
use tokio::sync::mpsc;

/// A storage that must not be asked for jobs.
struct Storage;

impl Backend for Storage {
    type Task = u32;
    type Error = Infallible;

    fn poll_ready(&mut self, _: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn poll_next(&mut self, _: &mut Context<'_>, _: &WorkerContext) -> Poll<Option<Result<u32, Infallible>>> {
        panic!("the gate asks in its place");
    }

    fn poll_close(&mut self, _: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }
}

#[derive(Clone, Default)]
struct Jobs {
    looks: Arc<AtomicUsize>,
    waiting: Arc<AtomicUsize>,
    back: Arc<AtomicUsize>,
}

impl Table<u32, Infallible> for Jobs {
    fn take(&self, _: &WorkerContext) -> BoxFuture<'static, Result<Vec<u32>, Infallible>> {
        let jobs = self.clone();
        async move {
            // As a database does: not at once.
            tokio::task::yield_now().await;
            jobs.looks.fetch_add(1, Ordering::SeqCst);
            let waiting = jobs.waiting.swap(0, Ordering::SeqCst);
            Ok((0..u32::try_from(waiting).expect("few")).collect())
        }
        .boxed()
    }

    fn give_back(&self, jobs: Vec<u32>, _: &WorkerContext) -> BoxFuture<'static, Result<(), Infallible>> {
        self.back.fetch_add(jobs.len(), Ordering::SeqCst);
        std::future::ready(Ok(())).boxed()
    }
}

struct Bench {
    gate: Gate<Storage, u32, Infallible>,
    jobs: Jobs,
    reasons: mpsc::UnboundedSender<()>,
    worker: WorkerContext,
}

impl Bench {
    fn new() -> Self {
        let jobs = Jobs::default();
        let (reasons, mut given) = mpsc::unbounded_channel();
        let given = futures_util::stream::poll_fn(move |cx| given.poll_recv(cx));
        Self {
            gate: Gate::new(Storage, jobs.clone(), given),
            jobs,
            reasons,
            worker: WorkerContext::new("bench"),
        }
    }

    /// Wakes the worker often, as apalis does; how many jobs came out.
    fn wake(&mut self, times: usize) -> usize {
        let mut cx = Context::from_waker(Waker::noop());
        let polls = (0..times).map(|_| self.gate.poll_next(&mut cx, &self.worker));
        polls.filter(Poll::is_ready).count()
    }

    fn looks(&self) -> usize {
        self.jobs.looks.load(Ordering::SeqCst)
    }
}

#[test]
fn it_looks_once_for_each_reason() {
    let mut bench = Bench::new();
    assert_eq!(bench.wake(1_000), 0);
    assert_eq!(bench.looks(), 1, "the look at the start");
    bench.reasons.send(()).expect("heard");
    assert_eq!(bench.wake(1_000), 0);
    assert_eq!(bench.looks(), 2);
}

#[test]
fn it_looks_on_while_there_are_jobs() {
    let mut bench = Bench::new();
    bench.jobs.waiting.store(3, Ordering::SeqCst);
    assert_eq!(bench.wake(1_000), 3);
    assert_eq!(bench.looks(), 2, "until a look finds nothing");
}

#[test]
fn a_question_that_has_begun_comes_to_its_end() {
    let mut bench = Bench::new();
    assert_eq!(bench.wake(1), 0);
    assert_eq!(bench.looks(), 0, "under way");
    assert_eq!(bench.wake(1), 0);
    assert_eq!(bench.looks(), 1, "no reason is needed to follow it");
}

#[test]
fn jobs_that_were_not_begun_are_given_back() {
    let mut bench = Bench::new();
    bench.jobs.waiting.store(3, Ordering::SeqCst);
    assert_eq!(bench.wake(2), 1);
    let mut cx = Context::from_waker(Waker::noop());
    assert!(bench.gate.poll_close(&mut cx, &bench.worker).is_ready());
    assert_eq!(bench.jobs.back.load(Ordering::SeqCst), 2);
}
