//! Answers as the parts of `multipart/mixed; subscriptionSpec=1.0`, as Apollo's clients read subscriptions over HTTP.

use axum::body::Bytes;
use futures_util::stream::{self, Stream, StreamExt};

use crate::http::graphql::answer;
use crate::http::graphql::open::Heard;

/// Opens the first part. Each part ends with the delimiter of the next one: a client knows only then that it is whole.
const OPEN: Bytes = Bytes::from_static(b"\r\n--graphql");
/// Closes the last part.
const CLOSE: &[u8] = b"--\r\n";

/// The parts of what is heard.
pub(super) fn parts(heard: impl Stream<Item = Heard>) -> impl Stream<Item = Bytes> {
    let parts = heard.map(|heard| match heard {
        Heard::Answer(response) => part(&[b"{\"payload\":", &answer::json(&response), b"}"]).into(),
        Heard::Silence => part(&[b"{}"]).into(),
        Heard::End => Bytes::from_static(CLOSE),
        Heard::Cut(_, reason) => {
            // Errors beside the payload are those of the transport: clients may connect again.
            let errors = answer::json(&reason);
            let errors = errors.strip_prefix(b"{").unwrap_or_default();
            let mut last = part(&[b"{\"payload\":null,", errors]);
            last.extend_from_slice(CLOSE);
            last.into()
        }
    });
    stream::once(async { OPEN }).chain(parts)
}

fn part(body: &[&[u8]]) -> Vec<u8> {
    let mut part = b"\r\ncontent-type: application/json\r\n\r\n".to_vec();
    for piece in body {
        part.extend_from_slice(piece);
    }
    part.extend_from_slice(&OPEN);
    part
}
