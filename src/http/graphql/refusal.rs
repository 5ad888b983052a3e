//! A request that is refused before any resolver runs.

use std::time::Duration;

use async_graphql::{Response, Value};
use axum::http::StatusCode;

use crate::graphql::boundary::request_error;
use crate::graphql::context::RequestInfo;
use crate::graphql::error::ApiError;
use crate::http::graphql::accept::Media;
use crate::http::graphql::answer;
use crate::http::graphql::cost;
use crate::platform::locale::{Message, message};
use crate::platform::rate_limit::{Left, Throttled};

/// Most characters of the parser's words that are passed on.
const SAID_MAX: usize = 300;

/// Why a request is refused, with what the client needs to do better.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    kind: Kind,
    message: Message,
    /// In how many seconds trying again makes sense.
    pub retry_after: Option<u64>,
    /// Line and column, both from 1.
    location: Option<(usize, usize)>,
    /// What it would have cost, where that is the reason.
    bill: Option<Box<Value>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Not a GraphQL request.
    Malformed,
    /// A GraphQL request that does not fit the server: a header, an operation, a variable.
    BadInput,
    /// The document does not parse.
    Syntax,
    /// The document parses, and is against the rules all the same.
    Invalid,
    /// The document costs too much.
    Cost,
    /// The caller is not who it says.
    Unauthenticated,
    /// The caller may not.
    Forbidden,
    /// The caller has used up its budget.
    Throttled,
    /// The connection has as many operations as it may have.
    TooManyOperations,
    /// Nobody has sent the document of this hash yet.
    UnknownHash,
    /// Only listed documents are run.
    Untrusted,
    /// This operation does not come by GET.
    Method,
    /// The answer has no form that the client takes.
    NotAcceptable,
    /// A body of another type.
    MediaType,
    /// Too many bytes.
    TooLarge,
    /// The server has enough to do.
    Busy,
    /// The answer took too long.
    TooSlow,
    /// The process is about to end.
    Stopping,
    /// Our fault.
    Internal,
}

impl Refusal {
    fn new(kind: Kind, message: Message) -> Self {
        Self {
            kind,
            message,
            retry_after: None,
            location: None,
            bill: None,
        }
    }

    /// Not a GraphQL request; `message` says why.
    pub fn malformed(message: Message) -> Self {
        Self::new(Kind::Malformed, message)
    }

    /// A text holds the character that the database cannot keep.
    pub fn nul() -> Self {
        Self::bad_input(message!("text-with-nul"))
    }

    /// A GraphQL request that does not fit.
    pub fn bad_input(message: Message) -> Self {
        Self::new(Kind::BadInput, message)
    }

    /// The document parses, and is against the rules all the same.
    pub fn invalid(message: Message) -> Self {
        Self::new(Kind::Invalid, message)
    }

    /// The request costs too much.
    pub fn cost(message: Message) -> Self {
        Self::new(Kind::Cost, message)
    }

    /// The budget is used up: `requested` points are not there.
    pub fn throttled(requested: u32, throttled: &Throttled) -> Self {
        let left = Left {
            available: throttled.available,
            bucket: throttled.bucket,
        };
        Self {
            bill: Some(Box::new(answer::bill(requested.into(), Some(left)))),
            retry_after: Some(throttled.retry_after_seconds()),
            ..Self::new(Kind::Throttled, message!("throttled"))
        }
    }

    /// Nobody has sent the document of this hash yet. The words are those that clients look for, in any language.
    pub fn unknown_hash() -> Self {
        Self::new(Kind::UnknownHash, message!("as-is", text = "PersistedQueryNotFound"))
    }

    /// The hash is that of another document. The words are those that clients know.
    pub fn other_hash() -> Self {
        Self::bad_input(message!("as-is", text = "provided sha does not match query"))
    }

    /// Only listed documents are run.
    pub fn untrusted() -> Self {
        Self::new(Kind::Untrusted, message!("document-untrusted"))
    }

    /// This operation does not come by GET.
    pub fn method() -> Self {
        Self::new(Kind::Method, message!("get-changes-nothing"))
    }

    /// The answer has no form that the client takes.
    pub fn not_acceptable() -> Self {
        Self::new(Kind::NotAcceptable, message!("not-acceptable"))
    }

    /// A subscription was sent where one answer is all that can be given.
    pub fn needs_stream() -> Self {
        Self::new(Kind::NotAcceptable, message!("subscription-needs-stream"))
    }

    /// A body of another type.
    pub fn media_type() -> Self {
        Self::new(Kind::MediaType, message!("send-json"))
    }

    /// More than `limit` operations are open on one connection.
    pub fn too_many_operations(limit: usize) -> Self {
        Self::new(Kind::TooManyOperations, message!("too-many-operations", max = limit))
    }

    /// The token was good until now.
    pub fn expired() -> Self {
        Self::new(Kind::Unauthenticated, message!("token-expired"))
    }

    /// The caller may not; `message` says what would help.
    pub fn forbidden(message: Message) -> Self {
        Self::new(Kind::Forbidden, message)
    }

    /// The process is about to end.
    pub fn stopping() -> Self {
        Self::new(Kind::Stopping, message!("stopping"))
    }

    /// More than `limit` bytes.
    pub fn too_large(limit: usize) -> Self {
        Self::new(Kind::TooLarge, message!("body-too-large", max = limit))
    }

    /// As much runs as may run at the same time.
    pub fn busy() -> Self {
        Self {
            retry_after: Some(1),
            ..Self::new(Kind::Busy, message!("server-busy"))
        }
    }

    /// There was no answer within `deadline`.
    pub fn too_slow(deadline: Duration) -> Self {
        Self::new(Kind::TooSlow, message!("answer-too-slow", seconds = deadline.as_secs()))
    }

    /// Our fault; the log knows more.
    pub fn internal(request_id: &str) -> Self {
        Self::new(Kind::Internal, message!("internal", request = request_id))
    }

    /// What clients switch on.
    pub fn code(&self) -> &'static str {
        match self.kind {
            Kind::Malformed | Kind::Method | Kind::NotAcceptable | Kind::MediaType | Kind::TooLarge => "BAD_REQUEST",
            Kind::BadInput => "BAD_USER_INPUT",
            Kind::Syntax => "GRAPHQL_PARSE_FAILED",
            Kind::Invalid => "GRAPHQL_VALIDATION_FAILED",
            Kind::Cost => "COST_LIMIT",
            Kind::Unauthenticated => "UNAUTHENTICATED",
            Kind::Forbidden => "FORBIDDEN",
            Kind::Throttled => "THROTTLED",
            Kind::TooManyOperations => "SUBSCRIPTION_LIMIT",
            Kind::Stopping => "SERVER_STOPPING",
            Kind::Busy => "OVERLOADED",
            Kind::TooSlow => "TIMEOUT",
            Kind::UnknownHash => "PERSISTED_QUERY_NOT_FOUND",
            Kind::Untrusted => "PERSISTED_QUERY_NOT_ALLOWED",
            Kind::Internal => "INTERNAL",
        }
    }

    /// The status for a client that reads `media`: in the older form a request that was understood is answered with
    /// 200, as GraphQL over HTTP wants it, unless it is an attack.
    pub fn status(&self, media: Media) -> StatusCode {
        match self.kind {
            Kind::BadInput | Kind::Syntax | Kind::Invalid if media == Media::Json => StatusCode::OK,
            // Part of the protocol of persisted queries: no failure.
            Kind::UnknownHash => StatusCode::OK,
            Kind::Malformed | Kind::BadInput | Kind::Syntax | Kind::Invalid | Kind::Cost => StatusCode::BAD_REQUEST,
            Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
            Kind::Untrusted | Kind::Forbidden => StatusCode::FORBIDDEN,
            Kind::Throttled | Kind::TooManyOperations => StatusCode::TOO_MANY_REQUESTS,
            Kind::Method => StatusCode::METHOD_NOT_ALLOWED,
            Kind::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Kind::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Kind::Stopping | Kind::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Kind::TooSlow => StatusCode::GATEWAY_TIMEOUT,
            Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Whether another method would do: the answer names it.
    pub fn wants_post(&self) -> bool {
        self.kind == Kind::Method
    }

    /// Whether no GraphQL request was found at all.
    pub fn is_malformed(&self) -> bool {
        self.kind == Kind::Malformed
    }

    /// Whether it is about the HTTP request, not the GraphQL request in it.
    pub fn is_about_http(&self) -> bool {
        self.code() == "BAD_REQUEST"
    }

    /// As a GraphQL answer.
    pub fn response(&self, info: &RequestInfo) -> Response {
        let message = self.message.render(info.locale);
        let response = request_error(&message, self.location, self.code(), &info.request_id, self.retry_after);
        match &self.bill {
            Some(bill) => response.extension("cost", Value::clone(bill)),
            None => response,
        }
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        let kind = match &error {
            ApiError::Unauthenticated => Kind::Unauthenticated,
            ApiError::Forbidden => Kind::Forbidden,
            ApiError::RateLimited(_) => Kind::Throttled,
            // All but the first are told by fields, and never come here.
            ApiError::BadUserInput(_)
            | ApiError::Conflict(_)
            | ApiError::IdempotencyMismatch
            | ApiError::IdempotencyKeyRequired => Kind::BadInput,
            ApiError::CostLimit(_) => Kind::Cost,
        };
        Self::new(kind, error.message())
    }
}

impl From<cost::Refusal> for Refusal {
    fn from(refusal: cost::Refusal) -> Self {
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        match refusal {
            cost::Refusal::TooMuch { quantity, found, most } => {
                let (found, most) = (number(found), number(most));
                let message = message!("document-cost", quantity = quantity.name(), found = found, most = most);
                let points = quantity == cost::Quantity::Points;
                Self {
                    bill: points.then(|| Box::new(answer::bill(found.unsigned_abs(), None))),
                    ..Self::new(Kind::Cost, message)
                }
            }
            cost::Refusal::Nul => Self::nul(),
            cost::Refusal::OpenText { line, column } => Self {
                location: Some((line, column)),
                ..Self::new(Kind::Syntax, message!("document-open-text"))
            },
            cost::Refusal::Cycle(fragment) => Self::invalid(message!("document-cycle", fragment = fragment)),
            cost::Refusal::UnknownType(name) => Self::invalid(message!("document-unknown-type", name = name)),
        }
    }
}

impl From<async_graphql::parser::Error> for Refusal {
    fn from(error: async_graphql::parser::Error) -> Self {
        let location = error.positions().next().map(|at| (at.line, at.column));
        // The parser draws the whole line, however long, and says what it expected behind the last "= ".
        let said = error.to_string();
        let said = said.rsplit("= ").next().unwrap_or_default();
        let said: String = said.chars().take(SAID_MAX).collect();
        Self {
            location,
            ..Self::new(Kind::Syntax, message!("document-syntax", reason = said.trim()))
        }
    }
}
