//! The edge: the router and its layers.

pub mod address;
mod body;
pub mod budget;
mod console;
mod gate;
mod graphql;
mod headers;
mod health;
mod language;
mod media;
mod metrics;
mod refusal;
mod request_id;
pub mod server;
mod test_gateway;
mod viewer;

use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::get;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

use crate::app::App;
use crate::platform::error::Result;
use crate::platform::locale::message;

pub use body::Bodies;
pub use gate::Gate;
pub use graphql::{Endpoint, Patience, cost, sdl, subgraph_sdl};
pub use metrics::metrics_router;
use refusal::Asked;
pub use request_id::RequestId;

/// Largest request body in bytes.
const BODY_MAX: usize = 1 << 20;
/// Longest time for a request's body to come.
const BODY_DEADLINE: Duration = Duration::from_secs(15);
/// Bytes of request bodies that are in memory at the same time.
const BODIES_MAX: usize = 256 << 20;
/// Longest time a request may take.
const REQUEST_DEADLINE: Duration = Duration::from_secs(30);
/// Answers below this size in bytes are sent as they are: a packet holds them anyway.
const COMPRESS_FROM: u64 = 1024;

/// All routes of the server.
///
/// # Errors
/// Those of [`Endpoint::new`].
pub fn router(app: &App) -> Result<Router> {
    Ok(router_of(Endpoint::new(app.clone())?))
}

/// All routes of the server, around an endpoint that is there already.
pub fn router_of(endpoint: Endpoint) -> Router {
    let app = &endpoint.app().clone();
    let gate = endpoint.gate().clone();
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
    let bodies = Bodies::new(BODY_MAX, BODY_DEADLINE, BODIES_MAX);
    let router = router.fallback(no_path).method_not_allowed_fallback(no_method);
    layered(app, router.with_state(endpoint), bodies, gate)
}

async fn no_path(request: Request) -> Response {
    let message = message!("path-unknown");
    Asked::of(&request).refuse(StatusCode::NOT_FOUND, "NOT_FOUND", &message, None)
}

/// The router adds the methods that would do, in Allow.
async fn no_method(request: Request) -> Response {
    let message = message!("method-unknown");
    Asked::of(&request).refuse(StatusCode::METHOD_NOT_ALLOWED, "BAD_REQUEST", &message, None)
}

/// `routes` behind the layers of the edge. A request passes them from the last to the first: it is named and its client
/// found out, a browser's origin is checked, its body is read, and it goes through the gate.
pub fn layered(app: &App, routes: Router, bodies: Bodies, gate: Gate) -> Router {
    let worthwhile = SizeAbove::new(COMPRESS_FROM)
        .and(NotForContentType::IMAGES)
        .and(NotForContentType::SSE)
        .and(NotForContentType::const_new("multipart/"));
    routes
        .layer(
            CompressionLayer::new()
                .quality(CompressionLevel::Fastest)
                .compress_when(worthwhile),
        )
        .layer(from_fn_with_state(gate, gate::pass))
        .layer(from_fn_with_state(bodies, body::read))
        .layer(headers::cors(app))
        .layer(from_fn_with_state(app.clone(), headers::dress))
}
