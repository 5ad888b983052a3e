//! The edge: the router and its layers.

pub mod address;
pub mod budget;
mod console;
mod graphql;
mod health;
mod language;
mod media;
mod metrics;
mod test_gateway;
mod viewer;

use std::time::Duration;

use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::routing::get;
use tower_http::compression::CompressionLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use crate::app::App;
use crate::platform::error::Result;

pub use graphql::{Endpoint, sdl};
pub use metrics::metrics_router;

/// Largest request body in bytes.
const BODY_MAX: usize = 1 << 20;
/// Longest time a request may take.
const REQUEST_DEADLINE: Duration = Duration::from_secs(30);

/// All routes of the server.
///
/// # Errors
/// Those of [`Endpoint::new`].
pub fn router(app: &App) -> Result<Router> {
    let endpoint = Endpoint::new(app.clone())?;
    let mut router = Router::new()
        .route("/graphql", get(graphql::get).post(graphql::post))
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz))
        .route("/media/{*key}", get(media::file));
    if app.config.graphiql() {
        router = router.merge(console::routes());
    }
    if app.config.test_gateway() {
        router = router.route(
            "/test-gateway/{payment}",
            get(test_gateway::page).post(test_gateway::answer),
        );
    }
    Ok(router
        .with_state(endpoint)
        .layer(RequestBodyLimitLayer::new(BODY_MAX))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            REQUEST_DEADLINE,
        ))
        .layer(CompressionLayer::new())
        .layer(cors(app))
        .layer(axum::middleware::from_fn_with_state(app.clone(), address::resolve))
        .layer(axum::middleware::map_response(security_headers)))
}

fn cors(app: &App) -> CorsLayer {
    let listed: Vec<HeaderValue> = app
        .config
        .server
        .cors_origins
        .iter()
        .filter_map(|o| o.parse().ok())
        .collect();
    let origins = if listed.is_empty() && !app.config.is_production() {
        AllowOrigin::any()
    } else {
        AllowOrigin::list(listed)
    };
    let headers = [
        "authorization",
        "content-type",
        "accept-language",
        "x-channel",
        "x-cart-token",
        "idempotency-key",
    ];
    CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([axum::http::Method::GET, axum::http::Method::POST])
        .allow_headers(headers.map(header::HeaderName::from_static))
        .max_age(Duration::from_secs(600))
}

async fn security_headers(mut response: axum::response::Response) -> axum::response::Response {
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
