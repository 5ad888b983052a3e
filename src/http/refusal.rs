//! What the edge says to a request that never reaches a handler, in the shape that GraphQL clients understand.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::http::graphql::accept::{Accepted, Media};
use crate::http::language;
use crate::http::request_id::RequestId;
use crate::platform::locale::{Locale, Message};

/// What an answer needs to know of its request, taken before the request is given away.
pub(super) struct Asked {
    id: String,
    media: Media,
    locale: Locale,
}

impl Asked {
    pub fn of(request: &Request) -> Self {
        let id = request.extensions().get::<RequestId>();
        Self {
            id: id.map(|id| id.as_str().to_owned()).unwrap_or_default(),
            media: wanted(request.headers()),
            locale: language::of(request.headers()),
        }
    }

    /// The name of the request.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// A refusal with a code and, where trying again helps, the seconds until then.
    pub fn refuse(&self, status: StatusCode, code: &str, message: &Message, retry_after: Option<u32>) -> Response {
        let mut extensions = serde_json::json!({ "code": code, "requestId": self.id });
        if let (Some(seconds), Some(fields)) = (retry_after, extensions.as_object_mut()) {
            fields.insert("retryAfter".to_owned(), seconds.into());
        }
        let body = serde_json::json!({
            "errors": [{ "message": message.render(self.locale), "extensions": extensions }]
        });
        let headers = [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static(self.media.content_type()),
            ),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        let mut response = (status, headers, body.to_string()).into_response();
        language::tell(response.headers_mut(), self.locale);
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// The form of a single answer that the client likes best.
fn wanted(headers: &HeaderMap) -> Media {
    let lines = headers.get_all(header::ACCEPT).into_iter();
    let accepted = Accepted::parse(lines.filter_map(|value| value.to_str().ok())).single();
    accepted.filter(|media| !media.streams()).unwrap_or(Media::Json)
}
