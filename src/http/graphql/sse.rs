//! Answers as server-sent events: the distinct connections of graphql-sse.

use async_graphql::Response as GraphqlResponse;
use axum::body::Bytes;
use futures_util::stream::{self, Stream, StreamExt};

use crate::http::graphql::answer;
use crate::http::graphql::open::{Cut, Heard};

/// A comment: opens the stream, and keeps it open.
const COMMENT: Bytes = Bytes::from_static(b":\n\n");
/// The last event. Browsers drop events without data, so it has some, though empty.
const COMPLETE: Bytes = Bytes::from_static(b"event: complete\ndata:\n\n");

/// The events of what is heard.
pub(super) fn events(heard: impl Stream<Item = Heard>) -> impl Stream<Item = Bytes> {
    let events = heard.map(|heard| match heard {
        Heard::Answer(response) => next(&response),
        Heard::Silence => COMMENT,
        Heard::End => COMPLETE,
        // No `complete`: the operation is not over, so clients connect again.
        Heard::Cut(Cut::Stopping, _) => COMMENT,
        Heard::Cut(Cut::Expired, reason) => [next(&reason), COMPLETE].concat().into(),
    });
    stream::once(async { COMMENT }).chain(events)
}

fn next(response: &GraphqlResponse) -> Bytes {
    let mut event = b"event: next\ndata: ".to_vec();
    // JSON has no line breaks outside of its strings, and none inside.
    event.extend_from_slice(&answer::json(response));
    event.extend_from_slice(b"\n\n");
    event.into()
}
