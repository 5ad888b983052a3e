//! GraphQL answers as HTTP: body, status, and what caches may do with them.

use std::ops::Range;

use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, Number, Response as GraphqlResponse, ServerError, Value};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::graphql::context::RequestInfo;
use crate::http::graphql::accept::Media;
use crate::http::graphql::refusal::Refusal;
use crate::platform::rate_limit::Left;

/// What an answer depends on besides its address.
const VARY: HeaderValue = HeaderValue::from_static(
    "accept, accept-encoding, accept-language, authorization, x-channel, x-cart-token, x-currency",
);

/// What caches may do with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caching {
    /// Nothing.
    Never,
    /// Ask each time whether it still holds.
    Check,
    /// The client alone may keep it, for so many seconds.
    Private(u32),
    /// Everybody may keep it, for so many seconds.
    Public(u32),
}

impl Caching {
    /// What the hints of the fields that were read allow. `mine`: the answer may hold what only this client may see.
    pub fn of(response: &GraphqlResponse, mine: bool) -> Self {
        let hint = response.cache_control;
        match u32::try_from(hint.max_age) {
            _ if !response.errors.is_empty() => Self::Never,
            // A resolver that knows better than the hint of its field.
            _ if response.http_headers.contains_key(header::CACHE_CONTROL) => Self::Never,
            Ok(age @ 1..) if hint.public && !mine => Self::Public(age),
            Ok(age @ 1..) => Self::Private(age),
            _ if hint.public && !mine => Self::Check,
            _ => Self::Never,
        }
    }

    fn header(self) -> Option<HeaderValue> {
        let text = match self {
            Self::Never => return Some(HeaderValue::from_static("private, no-store")),
            Self::Check => return Some(HeaderValue::from_static("private, no-cache")),
            Self::Private(seconds) => format!("private, max-age={seconds}"),
            Self::Public(seconds) => format!("public, max-age={seconds}"),
        };
        HeaderValue::try_from(text).ok()
    }
}

/// What a request cost, and what is left of the budget it was paid from.
pub fn bill(requested: u64, left: Option<Left>) -> Value {
    let mut bill = IndexMap::from([(Name::new("requested"), Value::from(requested))]);
    if let Some(left) = left {
        let rate = Number::from_f64(left.bucket.restored_per_second).map_or(Value::Null, Value::Number);
        let budget = IndexMap::from([
            (Name::new("maximum"), Value::from(left.bucket.capacity)),
            (Name::new("available"), Value::from(left.available)),
            (Name::new("restoreRate"), rate),
        ]);
        bill.insert(Name::new("budget"), Value::Object(budget));
    }
    Value::Object(bill)
}

/// Whether nothing was executed: the errors are about the request as a whole.
pub fn is_request_error(response: &GraphqlResponse) -> bool {
    response.data == Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.is_empty())
}

/// An answer as JSON. A request error has no `data` at all.
pub fn json(response: &GraphqlResponse) -> Vec<u8> {
    written(response).0
}

/// The JSON, and where in it the data stands.
fn written(response: &GraphqlResponse) -> (Vec<u8>, Range<usize>) {
    let mut text = Vec::with_capacity(1_024);
    let mut data = 0..0;
    if !response.errors.is_empty() {
        field(&mut text, "errors", &response.errors);
    }
    if !is_request_error(response) {
        data = field(&mut text, "data", &response.data);
    }
    if !response.extensions.is_empty() {
        field(&mut text, "extensions", &response.extensions);
    }
    text.push(b'}');
    (text, data)
}

fn field(text: &mut Vec<u8>, name: &str, value: &impl Serialize) -> Range<usize> {
    text.push(if text.is_empty() { b'{' } else { b',' });
    text.push(b'"');
    text.extend_from_slice(name.as_bytes());
    text.extend_from_slice(b"\":");
    let start = text.len();
    if serde_json::to_writer(&mut *text, value).is_err() {
        // Cannot be: memory takes every byte and all keys are texts. Still, a torn answer must not leave.
        text.truncate(start);
        text.extend_from_slice(b"null");
    }
    start..text.len()
}

/// The answer to a request that came by POST, or by GET with its headers: those may already know it.
pub fn of(response: &GraphqlResponse, media: Media, caching: Caching, get: Option<&HeaderMap>) -> Response {
    let (text, data) = written(response);
    let status = match (is_request_error(response), media) {
        // Understood, and refused: in the older form that is a GraphQL matter alone.
        (true, Media::Json) | (false, _) => StatusCode::OK,
        (true, _) => StatusCode::BAD_REQUEST,
    };
    let whole = response.errors.is_empty();
    let Some(headers) = get.filter(|_| whole && caching != Caching::Never) else {
        let (status, retry_after) = held_back(response, status);
        let mut answer = finish(status, media, caching, Body::from(text));
        if let Some(seconds) = retry_after {
            answer
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        // Nobody but the client may ever get these.
        if caching == Caching::Never {
            for cookie in response.http_headers.get_all(header::SET_COOKIE) {
                answer.headers_mut().append(header::SET_COOKIE, cookie.clone());
            }
        }
        return answer;
    };
    // Of the data alone: the extensions tell of this request, not of what was asked.
    let digest = Sha256::digest(&text[data]);
    let tag = format!("W/\"{}\"", URL_SAFE_NO_PAD.encode(&digest[..18]));
    let known = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .any(|known| known.trim() == "*" || known.trim().trim_start_matches("W/") == tag.trim_start_matches("W/"));
    let mut answer = if known {
        finish(StatusCode::NOT_MODIFIED, media, caching, Body::empty())
    } else {
        finish(status, media, caching, Body::from(text))
    };
    if let Ok(tag) = HeaderValue::try_from(tag) {
        answer.headers_mut().insert(header::ETAG, tag);
    }
    answer
}

/// The status of an answer, and when to come back. Where a resolver had nothing but that to say, HTTP says it too.
fn held_back(response: &GraphqlResponse, status: StatusCode) -> (StatusCode, Option<u64>) {
    let said = |error: &ServerError, name: &str| -> Option<Value> { error.extensions.as_ref()?.get(name).cloned() };
    let first = response.errors.first().filter(|_| response.data == Value::Null);
    let Some(first) = first else { return (status, None) };
    let retry_after = match said(first, "retryAfter") {
        Some(Value::Number(seconds)) => seconds.as_u64(),
        _ => None,
    };
    match said(first, "code") {
        Some(Value::String(code)) if code == "RATE_LIMITED" => (StatusCode::TOO_MANY_REQUESTS, retry_after),
        Some(Value::String(code)) if code == "OVERLOADED" => (StatusCode::SERVICE_UNAVAILABLE, retry_after),
        _ => (status, None),
    }
}

/// The answer to a request that was refused.
pub fn refused(refusal: &Refusal, media: Media, info: &RequestInfo) -> Response {
    let body = Body::from(json(&refusal.response(info)));
    let media = if media.streams() { Media::Json } else { media };
    let mut answer = finish(refusal.status(media), media, Caching::Never, body);
    let headers = answer.headers_mut();
    if let Some(seconds) = refusal.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if refusal.wants_post() {
        headers.insert(header::ALLOW, HeaderValue::from_static("POST"));
    }
    if answer.status() == StatusCode::UNAUTHORIZED {
        answer
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    answer
}

fn finish(status: StatusCode, media: Media, caching: Caching, body: Body) -> Response {
    let mut answer = (status, body).into_response();
    let headers = answer.headers_mut();
    if status != StatusCode::NOT_MODIFIED {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media.content_type()));
    }
    if let Some(value) = caching.header() {
        headers.insert(header::CACHE_CONTROL, value);
    }
    headers.insert(header::VARY, VARY);
    answer
}
