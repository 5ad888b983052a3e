//! What the edge says to a request that never reaches a handler, in the shape that GraphQL clients understand.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::http::graphql::accept::{Accepted, Media};
use crate::http::language;
use crate::http::request_id::RequestId;
use crate::platform::locale::{Locale, Message};

/// What a refusal needs to know of its request, taken before the request is given away. Nearly every request is
/// answered by its handler, so nothing is read here that only a refusal needs.
pub(super) struct Asked {
    id: Option<RequestId>,
    /// The headers that say which form and which language the client reads.
    accept: Option<HeaderValue>,
    accept_language: Option<HeaderValue>,
}

impl Asked {
    pub fn of(request: &Request) -> Self {
        Self {
            id: request.extensions().get().cloned(),
            accept: line(request.headers(), &header::ACCEPT),
            accept_language: line(request.headers(), &header::ACCEPT_LANGUAGE),
        }
    }

    /// The name of the request.
    pub fn id(&self) -> &str {
        self.id.as_ref().map_or("", RequestId::as_str)
    }

    /// The form of a single answer that the client likes best.
    fn media(&self) -> Media {
        let accept = self.accept.as_ref().and_then(|value| value.to_str().ok());
        let accepted = Accepted::parse(accept).single();
        accepted.filter(|media| !media.streams()).unwrap_or(Media::Json)
    }

    /// A refusal with a code and, where trying again helps, the seconds until then.
    pub fn refuse(&self, status: StatusCode, code: &str, message: &Message, retry_after: Option<u32>) -> Response {
        let asked = self.accept_language.as_ref().and_then(|value| value.to_str().ok());
        let locale = Locale::negotiate(asked.unwrap_or_default());
        let mut extensions = serde_json::json!({ "code": code, "requestId": self.id() });
        if let (Some(seconds), Some(fields)) = (retry_after, extensions.as_object_mut()) {
            fields.insert("retryAfter".to_owned(), seconds.into());
        }
        let body = serde_json::json!({
            "errors": [{ "message": message.render(locale), "extensions": extensions }]
        });
        let headers = [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static(self.media().content_type()),
            ),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        let mut response = (status, headers, body.to_string()).into_response();
        language::tell(response.headers_mut(), locale);
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// A header that is a list, on one line.
fn line(headers: &HeaderMap, name: &HeaderName) -> Option<HeaderValue> {
    let mut lines = headers.get_all(name).iter();
    let first = lines.next()?.clone();
    let rest: Vec<&[u8]> = lines.map(HeaderValue::as_bytes).collect();
    if rest.is_empty() {
        return Some(first);
    }
    let all = [&[first.as_bytes()], rest.as_slice()].concat().join(&b", "[..]);
    HeaderValue::from_bytes(&all).ok()
}
