//! When a worker looks for jobs.
//!
//! apalis asks its storage at every wake of the worker, whatever the polling strategy says; the end of one question wakes
//! it for the next, and an idle worker keeps a core half busy. The gate asks in its place, only when there is a reason.
//! A question that has begun is followed to its end: it may hold the write lock of the database.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use apalis_core::backend::{Backend, BackendConfig, WireFormatBackend};
use apalis_core::worker::context::WorkerContext;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, Stream, StreamExt};

/// What the gate asks of a job table.
pub trait Table<T, E>: Send {
    /// Takes jobs that are due, for `worker`.
    fn take(&self, worker: &WorkerContext) -> BoxFuture<'static, Result<Vec<T>, E>>;
    /// Gives back jobs that were taken and not begun.
    fn give_back(&self, jobs: Vec<T>, worker: &WorkerContext) -> BoxFuture<'static, Result<(), E>>;
}

enum State<T, E> {
    Waiting,
    Taking(BoxFuture<'static, Result<Vec<T>, E>>),
    Holding(VecDeque<T>),
    GivingBack(BoxFuture<'static, Result<(), E>>),
}

/// A storage whose table is read after each reason, and then until it has no jobs left.
pub struct Gate<B, J, E> {
    storage: B,
    table: Box<dyn Table<J, E>>,
    reasons: Pin<Box<dyn Stream<Item = ()> + Send>>,
    state: State<J, E>,
    due: bool,
}

impl<B, J, E> Gate<B, J, E> {
    /// A gate before `storage` that looks into `table` for each item of `reasons`, and once at the start.
    pub fn new(
        storage: B,
        table: impl Table<J, E> + 'static,
        reasons: impl Stream<Item = ()> + Send + 'static,
    ) -> Self {
        Self {
            storage,
            table: Box::new(table),
            reasons: Box::pin(reasons),
            state: State::Waiting,
            due: true,
        }
    }
}

impl<B: Backend> Backend for Gate<B, B::Task, B::Error> {
    type Task = B::Task;
    type Error = B::Error;

    fn poll_ready(&mut self, cx: &mut Context<'_>, worker: &WorkerContext) -> Poll<Result<(), B::Error>> {
        self.storage.poll_ready(cx, worker)
    }

    fn poll_next(&mut self, cx: &mut Context<'_>, worker: &WorkerContext) -> Poll<Option<Result<B::Task, B::Error>>> {
        // To the end of what is there: the last, pending look is what wakes the worker for the next reason.
        while let Poll::Ready(Some(())) = self.reasons.poll_next_unpin(cx) {
            self.due = true;
        }
        loop {
            match &mut self.state {
                State::Waiting if self.due => {
                    self.due = false;
                    self.state = State::Taking(self.table.take(worker));
                }
                State::Waiting | State::GivingBack(_) => return Poll::Pending,
                State::Taking(taking) => {
                    let taken = ready!(taking.poll_unpin(cx));
                    self.state = State::Waiting;
                    match taken {
                        Ok(jobs) if jobs.is_empty() => {}
                        Ok(jobs) => self.state = State::Holding(jobs.into()),
                        Err(error) => return Poll::Ready(Some(Err(error))),
                    }
                }
                State::Holding(jobs) => {
                    if let Some(job) = jobs.pop_front() {
                        return Poll::Ready(Some(Ok(job)));
                    }
                    self.state = State::Waiting;
                    // There may be more than one look takes.
                    self.due = true;
                }
            }
        }
    }

    fn poll_close(&mut self, cx: &mut Context<'_>, worker: &WorkerContext) -> Poll<Result<(), B::Error>> {
        loop {
            match &mut self.state {
                State::Waiting => return self.storage.poll_close(cx, worker),
                State::Taking(taking) => {
                    let taken = ready!(taking.poll_unpin(cx));
                    self.state = State::Waiting;
                    self.state = State::Holding(taken?.into());
                }
                State::Holding(jobs) if jobs.is_empty() => self.state = State::Waiting,
                State::Holding(jobs) => {
                    let jobs = std::mem::take(jobs).into();
                    self.state = State::GivingBack(self.table.give_back(jobs, worker));
                }
                State::GivingBack(giving) => {
                    let given = ready!(giving.poll_unpin(cx));
                    self.state = State::Waiting;
                    given?;
                }
            }
        }
    }
}

apalis_core::delegate_config!(Gate<B, J, E>, storage);
apalis_core::delegate_codec!(Gate<B, J, E>, storage);
