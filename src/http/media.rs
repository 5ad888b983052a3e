//! Files of the media store.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::http::Endpoint;

/// The type of a file by its name. Types that a browser would run as a page of ours are not among them.
fn content_type(key: &str) -> &'static str {
    match key.rsplit_once('.').map(|(_, ending)| ending) {
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("webp") => "image/webp",
        Some("avif") => "image/avif",
        _ => "application/octet-stream",
    }
}

/// A file by its key.
pub(super) async fn file(State(endpoint): State<Endpoint>, Path(key): Path<String>) -> Response {
    match endpoint.app().media.get(&key).await {
        Ok(Some(content)) => {
            let headers = [
                (header::CONTENT_TYPE, content_type(&key)),
                (header::CACHE_CONTROL, "public, max-age=3600"),
                // Shops of other origins show the pictures.
                (
                    header::HeaderName::from_static("cross-origin-resource-policy"),
                    "cross-origin",
                ),
                // An SVG opened by itself may run nothing and load nothing.
                (
                    header::CONTENT_SECURITY_POLICY,
                    "default-src 'none'; style-src 'unsafe-inline'; sandbox",
                ),
            ];
            (headers, content).into_response()
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(%error, key, "media");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
