//! The edge: the routes, and what every request passes before it reaches one.

pub mod address;
mod body;
pub mod budget;
mod console;
mod edge;
mod gate;
mod graphql;
mod headers;
mod health;
mod jwks;
mod language;
mod media;
mod metrics;
mod refusal;
mod request_id;
pub mod server;
mod test_gateway;
mod viewer;
mod webhooks;

use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};

use crate::account::cookie;
use crate::app::App;
use crate::platform::error::Result;
use crate::platform::locale::message;

pub use body::Bodies;
pub use edge::Edge;
pub use gate::Gate;
pub use graphql::{Endpoint, Patience, Unveiled, cost, permissions, sdl, subgraph_sdl};
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

/// All routes of the server, behind the edge.
///
/// # Errors
/// Those of [`Endpoint::new`].
pub fn edge(app: &App) -> Result<Edge> {
    Ok(edge_of(Endpoint::new(app.clone())?))
}

/// All routes of the server, around an endpoint that is there already.
pub fn edge_of(endpoint: Endpoint) -> Edge {
    let app = &endpoint.app().clone();
    let gate = endpoint.gate().clone();
    let mut router = Router::new()
        .route("/graphql", get(graphql::get).post(graphql::post))
        .route(cookie::PATH, post(graphql::session))
        .route("/.well-known/jwks.json", get(jwks::keys))
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz))
        .route("/media/{*key}", get(media::file))
        .route(&format!("{}{{gateway}}", webhooks::PATH), post(webhooks::take));
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
    Edge::new(app, router.with_state(endpoint), bodies, gate)
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
