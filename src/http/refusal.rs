//! What the edge says to a request that never reaches a handler, in the shape that GraphQL clients understand.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::http::request_id::RequestId;

const GRAPHQL_JSON: &str = "application/graphql-response+json";

/// What an answer needs to know of its request, taken before the request is given away.
pub(super) struct Asked {
    id: String,
    graphql_json: bool,
}

impl Asked {
    pub fn of(request: &Request) -> Self {
        let id = request.extensions().get::<RequestId>();
        Self {
            id: id.map(|id| id.as_str().to_owned()).unwrap_or_default(),
            graphql_json: wants_graphql_json(request.headers()),
        }
    }

    /// The name of the request.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// A refusal with a code and, where trying again helps, the seconds until then.
    pub fn refuse(&self, status: StatusCode, code: &str, message: &str, retry_after: Option<u32>) -> Response {
        let mut extensions = serde_json::json!({ "code": code, "requestId": self.id });
        if let (Some(seconds), Some(fields)) = (retry_after, extensions.as_object_mut()) {
            fields.insert("retryAfter".to_owned(), seconds.into());
        }
        let body = serde_json::json!({ "errors": [{ "message": message, "extensions": extensions }] });
        let media_type = if self.graphql_json {
            "application/graphql-response+json; charset=utf-8"
        } else {
            "application/json; charset=utf-8"
        };
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        let mut response = (status, headers, body.to_string()).into_response();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// Whether the media type of GraphQL is among those that the client takes.
fn wants_graphql_json(headers: &HeaderMap) -> bool {
    let mut accepted = headers
        .get_all(header::ACCEPT)
        .into_iter()
        .filter_map(|v| v.to_str().ok());
    accepted.any(|line| line.contains(GRAPHQL_JSON))
}
