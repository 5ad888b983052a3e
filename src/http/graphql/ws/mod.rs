//! Subscriptions, queries and changes over a WebSocket, by the subprotocol `graphql-transport-ws`.

mod message;
mod session;

use axum::extract::ws::WebSocketUpgrade;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::http::graphql::Endpoint;
use crate::http::graphql::door::is_from_friend;
use crate::platform::address::ClientAddress;
use message::Closing;
use session::Session;

/// The one subprotocol that is spoken.
const SUBPROTOCOL: &str = "graphql-transport-ws";
/// Largest message of a client in bytes: the largest document, and as much again for its variables. A message may come
/// in fragments, as slowly as the client likes, and is in memory meanwhile: there may be many sockets.
const MESSAGE_MAX: usize = 128 << 10;
/// Bytes that a socket sets aside for reading: there may be many sockets.
const READ_BUFFER: usize = 8 << 10;

/// Whether a request asks for a socket.
pub(super) fn is_asked(headers: &HeaderMap) -> bool {
    let upgrade = headers.get(header::UPGRADE);
    upgrade.is_some_and(|protocol| protocol.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// Takes the socket over, when it comes from where it may.
pub(super) fn upgrade(
    endpoint: Endpoint,
    headers: HeaderMap,
    address: ClientAddress,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !is_from_friend(&endpoint.app().config, &headers) {
        return (StatusCode::FORBIDDEN, "this origin may not open sockets here").into_response();
    }
    let upgrade = upgrade
        .protocols([SUBPROTOCOL])
        .read_buffer_size(READ_BUFFER)
        // Up to here the client is told that its message is too big; beyond that nothing is read any more.
        .max_message_size(2 * MESSAGE_MAX)
        .max_frame_size(2 * MESSAGE_MAX);
    // Without the subprotocol the socket opens too: only then can the client be told what is wrong.
    let spoken = upgrade.selected_protocol().is_some();
    upgrade.on_upgrade(move |socket| async move {
        if spoken {
            Session::new(endpoint, socket, headers, address).run().await;
        } else {
            session::close(socket, &Closing::Subprotocol).await;
        }
    })
}
