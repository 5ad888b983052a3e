//! Whether the process lives, and whether it can serve.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use sea_orm::ConnectionTrait;

use crate::http::Endpoint;
use crate::platform::stop::Phase;

/// The process answers.
pub(super) async fn livez() -> &'static str {
    "ok"
}

/// The database answers too, and the process is not about to end.
pub(super) async fn readyz(State(endpoint): State<Endpoint>) -> Response {
    if endpoint.app().stop.phase() != Phase::Running {
        return (StatusCode::SERVICE_UNAVAILABLE, "the server is stopping").into_response();
    }
    match endpoint.app().db.execute_unprepared("SELECT 1").await {
        Ok(_) => "ok".into_response(),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer").into_response()
        }
    }
}
