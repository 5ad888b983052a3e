//! Bodies of requests, read in full before a handler sees them: within a size, within a time, and all of them together
//! within the memory that there is for them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::Response;
use futures_util::StreamExt;

use crate::http::refusal::Asked;
use crate::platform::locale::message;

/// What bodies may cost.
#[derive(Clone, Debug)]
pub struct Bodies {
    size_max: usize,
    deadline: Duration,
    total_max: usize,
    held: Arc<AtomicUsize>,
}

/// Memory of a body that is given back when its request is answered.
pub(super) struct Held<'a> {
    bodies: &'a Bodies,
    bytes: usize,
}

/// Why a body was not read.
pub(super) enum Unread {
    TooLarge,
    TooSlow,
    NoRoom,
    Broken,
}

impl Bodies {
    /// Bodies of up to `size_max` bytes that come within `deadline`, together `total_max` bytes.
    pub fn new(size_max: usize, deadline: Duration, total_max: usize) -> Self {
        Self {
            size_max,
            deadline,
            total_max,
            held: Arc::default(),
        }
    }

    /// Reads the body of `request` in full. It is held until what comes back beside it is dropped.
    pub(super) async fn read(&self, request: Request) -> Result<(Request, Held<'_>), Unread> {
        let mut held = Held { bodies: self, bytes: 0 };
        if request.body().is_end_stream() {
            return Ok((request, held));
        }
        let (parts, body) = request.into_parts();
        let declared = parts
            .headers
            .get(header::CONTENT_LENGTH)
            .and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
        if declared.is_some_and(|length| length > self.size_max) {
            return Err(Unread::TooLarge);
        }
        let whole = tokio::time::timeout(self.deadline, whole(body, &mut held)).await;
        let bytes = whole.unwrap_or(Err(Unread::TooSlow))?;
        Ok((Request::from_parts(parts, Body::from(bytes)), held))
    }

    /// Says why a body was not read.
    pub(super) fn refuse(&self, asked: &Asked, unread: &Unread) -> Response {
        let (status, code, message, retry_after) = match unread {
            Unread::TooLarge => {
                let message = message!("body-too-large", max = self.size_max);
                (StatusCode::PAYLOAD_TOO_LARGE, "BAD_REQUEST", message, None)
            }
            Unread::TooSlow => {
                let message = message!("request-too-slow", seconds = self.deadline.as_secs());
                (StatusCode::REQUEST_TIMEOUT, "TIMEOUT", message, None)
            }
            Unread::NoRoom => {
                let message = message!("server-busy");
                (StatusCode::SERVICE_UNAVAILABLE, "OVERLOADED", message, Some(1))
            }
            Unread::Broken => {
                let message = message!("body-cut");
                (StatusCode::BAD_REQUEST, "BAD_REQUEST", message, None)
            }
        };
        asked.refuse(status, code, &message, retry_after)
    }
}

impl Held<'_> {
    fn hold(&mut self, bytes: usize) -> Result<(), Unread> {
        if self.bytes + bytes > self.bodies.size_max {
            return Err(Unread::TooLarge);
        }
        self.bytes += bytes;
        if self.bodies.held.fetch_add(bytes, Ordering::Relaxed) + bytes > self.bodies.total_max {
            return Err(Unread::NoRoom);
        }
        Ok(())
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.bodies.held.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// The whole body. One that comes in one piece, as nearly all do, is not copied.
async fn whole(body: Body, held: &mut Held<'_>) -> Result<Bytes, Unread> {
    let mut stream = body.into_data_stream();
    let mut first = Bytes::new();
    let mut rest = Vec::new();
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|_| Unread::Broken)?;
        held.hold(piece.len())?;
        if first.is_empty() {
            first = piece;
        } else {
            if rest.is_empty() {
                rest.extend_from_slice(&first);
            }
            rest.extend_from_slice(&piece);
        }
    }
    Ok(if rest.is_empty() { first } else { rest.into() })
}
