//! The public keys of access tokens, for services that check them themselves.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::http::Endpoint;

/// `GET /.well-known/jwks.json`. A new key is shown a day before it signs, so an hour is not too long to keep them.
pub(super) async fn keys(State(endpoint): State<Endpoint>) -> Response {
    let app = endpoint.app();
    match app.tokens.jwks(app).await {
        Ok(keys) => ([(header::CACHE_CONTROL, "public, max-age=3600")], Json(keys)).into_response(),
        Err(error) => {
            tracing::error!(%error, "no keys to show");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
