//! The gate to the handlers: so many requests at once, each for so long, and none takes the server down.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::Response;
use futures_util::FutureExt;
use tokio::sync::Semaphore;
use tracing::Instrument;

use crate::http::refusal::Asked;
use crate::platform::locale::message;

/// Paths that are answered however busy the server is: who asks decides over its life.
const ALWAYS: [&str; 2] = ["/livez", "/readyz"];

/// The gate. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Gate {
    free: Arc<Semaphore>,
    deadline: Duration,
}

impl Gate {
    /// Lets `at_once` requests through at the same time, each for `deadline`.
    pub fn new(at_once: usize, deadline: Duration) -> Self {
        Self {
            free: Arc::new(Semaphore::new(at_once.clamp(1, Semaphore::MAX_PERMITS))),
            deadline,
        }
    }
}

/// Why work was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Undone {
    /// All places are taken.
    Full,
    /// It took longer than this.
    Slow(Duration),
}

impl Gate {
    /// Does work that no request waits at the gate for: in a place like that of a request, and within `deadline`.
    pub(super) async fn run<T>(&self, deadline: Duration, work: impl Future<Output = T>) -> Result<T, Undone> {
        let _place = self.free.try_acquire().map_err(|_| Undone::Full)?;
        let done = tokio::time::timeout(deadline, work).await;
        done.map_err(|_| Undone::Slow(deadline))
    }

    /// Whether `path` is answered however busy the server is.
    pub(super) fn is_vital(path: &str) -> bool {
        ALWAYS.contains(&path)
    }

    /// The answer to the request that `asked`. It holds its place until the head of its answer is there, so that neither
    /// the limit nor the deadline concerns streams and sockets; what runs within those comes through [`run`](Self::run).
    pub(super) async fn pass(&self, asked: &Asked, vital: bool, answer: impl Future<Output = Response>) -> Response {
        let place = self.free.try_acquire();
        if place.is_err() && !vital {
            // Refused at once: waiting in line for longer than a client waits is work for nobody.
            let message = message!("server-busy");
            return asked.refuse(StatusCode::SERVICE_UNAVAILABLE, "OVERLOADED", &message, Some(1));
        }
        let span = tracing::error_span!("request", id = asked.id());
        let handled = AssertUnwindSafe(answer).catch_unwind().instrument(span);
        match tokio::time::timeout(self.deadline, handled).await {
            Ok(Ok(response)) => response,
            // The panic hook has logged it, within the span.
            Ok(Err(_)) => {
                let message = message!("internal", request = asked.id());
                asked.refuse(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", &message, None)
            }
            Err(_) => {
                tracing::warn!(request_id = asked.id(), "a request took longer than it may");
                let message = message!("answer-too-slow", seconds = self.deadline.as_secs());
                asked.refuse(StatusCode::GATEWAY_TIMEOUT, "TIMEOUT", &message, None)
            }
        }
    }
}
