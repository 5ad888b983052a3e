//! Headers of every answer, and who may call from a browser.

use std::time::Duration;

use axum::extract::Request;
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::app::App;
use crate::http::address::{self, CameByHttps};
use crate::http::request_id::{RequestId, X_REQUEST_ID};

/// How long a browser may remember what a preflight said: the longest that any of them does.
const PREFLIGHT_AGE: Duration = Duration::from_secs(7200);
/// Headers that a browser may send.
const ALLOWED: [&str; 16] = [
    "accept",
    "accept-language",
    "apollo-require-preflight",
    "apollographql-client-name",
    "apollographql-client-version",
    "authorization",
    "content-type",
    "graphql-require-preflight",
    "idempotency-key",
    "if-none-match",
    "x-apollo-operation-id",
    "x-apollo-operation-name",
    "x-cart-token",
    "x-channel",
    "x-currency",
    "x-request-id",
];
/// Headers that a script may read.
const EXPOSED: [&str; 3] = ["etag", "retry-after", "x-request-id"];

/// Headers that an answer gets here, and behind here.
const HEADERS: usize = 8;

const NOTHING_BUT_DATA: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
const ONE_YEAR: HeaderValue = HeaderValue::from_static("max-age=31536000; includeSubDomains");

/// Browsers of listed origins may call, with credentials. In development, where none is listed, all may, without.
pub(super) fn cors(app: &App) -> CorsLayer {
    let listed: Vec<HeaderValue> = app
        .config
        .server
        .cors_origins
        .iter()
        .filter_map(|origin| origin.parse().ok())
        .collect();
    let layer = if listed.is_empty() && !app.config.is_production() {
        CorsLayer::new().allow_origin(AllowOrigin::any())
    } else {
        CorsLayer::new()
            .allow_origin(AllowOrigin::list(listed))
            .allow_credentials(true)
    };
    layer
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(ALLOWED.map(HeaderName::from_static))
        .expose_headers(EXPOSED.map(HeaderName::from_static))
        .max_age(PREFLIGHT_AGE)
}

/// What an answer wears, whoever gives it.
pub(super) struct Dress {
    id: HeaderValue,
    hsts: bool,
}

impl Dress {
    /// Finds out who asks, and names the request.
    pub fn of(app: &App, request: &mut Request) -> Self {
        let id = RequestId::take_or_make(app, request.headers_mut());
        let header = id.header();
        request.extensions_mut().insert(id);
        let edge = &app.config.edge;
        address::resolve(request, &edge.trusted_proxies);
        let by_https = || request.extensions().get::<CameByHttps>().is_some();
        Self {
            id: header,
            hsts: edge.hsts.unwrap_or_else(|| app.config.is_production() && by_https()),
        }
    }

    /// Dresses `response`.
    pub fn put_on(self, response: &mut Response) {
        let headers = response.headers_mut();
        headers.reserve(HEADERS);
        headers.insert(X_REQUEST_ID, self.id);
        secure(headers);
        if self.hsts {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, ONE_YEAR);
        }
    }
}

/// What an answer is protected by, unless its handler knows better: pages and media have policies of their own.
fn secure(headers: &mut HeaderMap) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let defaults = [
        (header::CONTENT_SECURITY_POLICY, NOTHING_BUT_DATA),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        // Scripts of other origins come by CORS, which this does not touch; tags of other pages do not.
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("same-origin"),
        ),
    ];
    for (name, value) in defaults {
        headers.entry(name).or_insert(value);
    }
}
