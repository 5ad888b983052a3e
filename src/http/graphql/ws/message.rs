//! The messages of the subprotocol `graphql-transport-ws`, and the codes that it closes with.

use async_graphql::{Response, ServerError};
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Longest reason of a close frame in bytes, by RFC 6455.
const REASON_MAX: usize = 123;

/// What a client may say.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Incoming {
    /// The first message: who it is.
    ConnectionInit {
        #[serde(default)]
        payload: Option<Map<String, Value>>,
    },
    /// Asks for a pong.
    Ping {
        #[serde(default)]
        payload: Option<Map<String, Value>>,
    },
    /// A sign of life.
    Pong {},
    /// Starts an operation.
    Subscribe { id: String, payload: Value },
    /// Ends an operation.
    Complete { id: String },
}

impl Incoming {
    /// Reads a message.
    ///
    /// # Errors
    /// It is none of the protocol.
    pub(super) fn parse(text: &str) -> Result<Self, Closing> {
        let message: Self = serde_json::from_str(text).map_err(|error| Closing::Invalid(error.to_string()))?;
        match &message {
            Self::Subscribe { id, .. } | Self::Complete { id } if id.is_empty() => {
                Err(Closing::Invalid("id must not be empty".to_owned()))
            }
            _ => Ok(message),
        }
    }
}

/// What the server says.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Outgoing<'a> {
    /// The client may start operations.
    ConnectionAck,
    /// Answers a ping with its own payload.
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Map<String, Value>>,
    },
    /// An answer of an operation.
    Next { id: &'a str, payload: &'a Response },
    /// The operation was refused; it is over.
    Error { id: &'a str, payload: &'a [ServerError] },
    /// All answers were given.
    Complete { id: &'a str },
}

impl Outgoing<'_> {
    /// The message as a frame.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub(super) fn frame(&self) -> Result<Message, Closing> {
        match serde_json::to_string(self) {
            Ok(text) => Ok(Message::Text(text.into())),
            Err(error) => {
                tracing::error!(%error, "message cannot be written");
                Err(Closing::Internal)
            }
        }
    }
}

/// Why the server closes a socket.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Closing {
    /// The process is about to end.
    #[error("Going away: connect again")]
    Stopping,
    /// A frame that breaks RFC 6455.
    #[error("Unreadable frame")]
    Unreadable,
    /// A message is too large.
    #[error("Message too big")]
    TooBig,
    /// Nothing the client can change: later it may work.
    #[error("Try again later")]
    Unavailable,
    /// No message of the protocol.
    #[error("{0}")]
    Invalid(String),
    /// An operation before the acknowledgement.
    #[error("Unauthorized")]
    Unacknowledged,
    /// The viewer is not let in.
    #[error("{0}")]
    Forbidden(String),
    /// The client speaks something else.
    #[error("Subprotocol not acceptable")]
    Subprotocol,
    /// `connection_init` did not come.
    #[error("Connection initialisation timeout")]
    InitTimeout,
    /// The id is in use.
    #[error("Subscriber for {0} already exists")]
    Duplicate(String),
    /// A second `connection_init`.
    #[error("Too many initialisation requests")]
    SecondInit,
    /// A fault of the server.
    #[error("Internal error")]
    Internal,
}

impl Closing {
    fn code(&self) -> u16 {
        match self {
            Self::Stopping => 1001,
            Self::Unreadable => 1002,
            Self::TooBig => 1009,
            Self::Unavailable => 1013,
            Self::Invalid(_) => 4400,
            Self::Unacknowledged => 4401,
            Self::Forbidden(_) => 4403,
            Self::Subprotocol => 4406,
            Self::InitTimeout => 4408,
            Self::Duplicate(_) => 4409,
            Self::SecondInit => 4429,
            Self::Internal => 4500,
        }
    }

    /// The close frame.
    pub(super) fn frame(&self) -> Message {
        let mut reason = self.to_string();
        reason.truncate(reason.floor_char_boundary(REASON_MAX));
        Message::Close(Some(CloseFrame {
            code: self.code(),
            reason: Utf8Bytes::from(reason),
        }))
    }
}
