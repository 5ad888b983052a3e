//! What every request passes, whatever it is for: it is named and its client found out, a browser's origin is checked,
//! its body is read, and it goes through the gate. One future for all of it: layers of axum would each box one, and
//! clone all that lies behind them, for every request.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use tower::util::service_fn;
use tower::{Layer, Service};
use tower_http::CompressionLevel;
use tower_http::compression::predicate::{And, NotForContentType, Predicate, SizeAbove};
use tower_http::compression::{Compression, CompressionLayer};
use tower_http::cors::CorsLayer;

use crate::app::App;
use crate::http::headers::{self, Dress};
use crate::http::refusal::Asked;
use crate::http::server::Answers;
use crate::http::{Bodies, Gate, webhooks};

/// Answers below this size in bytes are sent as they are: a packet holds them anyway.
const COMPRESS_FROM: u64 = 1024;

type Worthwhile = And<And<And<SizeAbove, NotForContentType>, NotForContentType>, NotForContentType>;

/// The server's answer to every request. Cheap to clone.
#[derive(Clone)]
pub struct Edge(Arc<Inner>);

struct Inner {
    app: App,
    cors: CorsLayer,
    bodies: Bodies,
    gate: Gate,
    webhooks: Gate,
    routes: Compression<Router, Worthwhile>,
}

impl Edge {
    /// `routes` behind the edge; what payment gateways tell goes through a gate of its own.
    pub fn new(app: &App, routes: Router, bodies: Bodies, gate: Gate) -> Self {
        let worthwhile = SizeAbove::new(COMPRESS_FROM)
            .and(NotForContentType::IMAGES)
            .and(NotForContentType::SSE)
            .and(NotForContentType::const_new("multipart/"));
        Self(Arc::new(Inner {
            app: app.clone(),
            cors: headers::cors(app),
            bodies,
            gate,
            webhooks: Gate::new(webhooks::AT_ONCE, webhooks::DEADLINE),
            routes: CompressionLayer::new()
                .quality(CompressionLevel::Fastest)
                .compress_when(worthwhile)
                .layer(routes),
        }))
    }

    async fn admit(&self, request: Request) -> Result<Response, Infallible> {
        let asked = Asked::of(&request);
        let read = self.0.bodies.read(request).await;
        let (request, held) = match read {
            Ok(read) => read,
            Err(unread) => return Ok(self.0.bodies.refuse(&asked, &unread)),
        };
        let path = request.uri().path();
        let path_is_vital = Gate::is_vital(path);
        let gate = if path.starts_with(webhooks::PATH) {
            &self.0.webhooks
        } else {
            &self.0.gate
        };
        let answer = async {
            let Ok(response) = self.0.routes.clone().call(request).await;
            response.map(Body::new)
        };
        let response = gate.pass(&asked, path_is_vital, answer).await;
        // The body has had its place in memory until the answer is there.
        drop(held);
        Ok(response)
    }
}

impl Answers for Edge {
    async fn answer(&self, mut request: Request) -> Response {
        let dress = Dress::of(&self.0.app, &mut request);
        // Preflights end here.
        let mut cors = self.0.cors.layer(service_fn(|request| self.admit(request)));
        let Ok(mut response) = cors.call(request).await;
        dress.put_on(&mut response);
        response
    }
}
