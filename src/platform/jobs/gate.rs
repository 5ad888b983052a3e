//! When a worker looks for jobs.
//!
//! apalis asks its storage at every wake of the worker, whatever the polling strategy says; the end of one question wakes
//! it for the next, and an idle worker keeps a core half busy. The gate lets it ask only when there is a reason.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use apalis_core::backend::{Backend, BackendConfig, WireFormatBackend};
use apalis_core::worker::context::WorkerContext;
use futures_util::{Stream, StreamExt};
use tokio::time::Instant;

/// How long the gate stays open: time for one question to be answered. One that takes longer goes on when the gate
/// opens again.
const OPEN: Duration = Duration::from_millis(20);

/// A storage that is asked for a moment after each item of a stream, and as long as it has jobs.
pub(super) struct Gate<B> {
    storage: B,
    reasons: Pin<Box<dyn Stream<Item = ()> + Send>>,
    open_until: Instant,
}

impl<B> Gate<B> {
    pub(super) fn new(storage: B, reasons: impl Stream<Item = ()> + Send + 'static) -> Self {
        let open_until = Instant::now() + OPEN;
        Self {
            storage,
            reasons: Box::pin(reasons),
            open_until,
        }
    }
}

impl<B: Backend> Backend for Gate<B> {
    type Task = B::Task;
    type Error = B::Error;

    fn poll_ready(&mut self, cx: &mut Context<'_>, worker: &WorkerContext) -> Poll<Result<(), B::Error>> {
        self.storage.poll_ready(cx, worker)
    }

    fn poll_next(&mut self, cx: &mut Context<'_>, worker: &WorkerContext) -> Poll<Option<Result<B::Task, B::Error>>> {
        // To the end of what is there: the last, pending look is what wakes the worker for the next reason.
        while let Poll::Ready(Some(())) = self.reasons.poll_next_unpin(cx) {
            self.open_until = Instant::now() + OPEN;
        }
        if Instant::now() > self.open_until {
            return Poll::Pending;
        }
        let next = self.storage.poll_next(cx, worker);
        if next.is_ready() {
            self.open_until = Instant::now() + OPEN;
        }
        next
    }

    fn poll_close(&mut self, cx: &mut Context<'_>, worker: &WorkerContext) -> Poll<Result<(), B::Error>> {
        self.storage.poll_close(cx, worker)
    }
}

apalis_core::delegate_config!(Gate<B>, storage);
apalis_core::delegate_codec!(Gate<B>, storage);
