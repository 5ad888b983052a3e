//! The ways in: `/graphql` by POST and by GET, and `/graphql/session`, the only path that reads the cookie of a session.

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{Query as UrlQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::account::cookie;
use crate::config::Config;
use crate::graphql::context::Cookies;
use crate::http::BODY_MAX;
use crate::http::graphql::refusal::Refusal;
use crate::http::graphql::wire::{UrlParameters, Wire};
use crate::http::graphql::{Endpoint, ws};
use crate::platform::address::ClientAddress;
use crate::platform::locale::message;

/// How a request came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    /// `GET /graphql`: changes nothing.
    Get,
    /// `POST /graphql`.
    Post,
    /// `POST /graphql/session`.
    Session,
}

impl Door {
    /// What the cookie of a session can do here.
    pub(super) fn cookies(self, headers: &HeaderMap) -> Cookies {
        match self {
            Self::Get => Cookies::Unheard,
            Self::Post => Cookies::Written,
            Self::Session => {
                let lines = headers.get_all(header::COOKIE).iter();
                Cookies::Read(cookie::read(lines.filter_map(|line| line.to_str().ok())))
            }
        }
    }
}

/// Whether a page may send its cookies, or open a socket: browsers leave it to the server to look where the page comes
/// from. Who sends no origin is no browser.
pub(super) fn is_from_friend(config: &Config, headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let own = origin.split_once("://").is_some_and(|(_, from)| Some(from) == host);
    let listed = &config.server.cors_origins;
    own || listed.iter().any(|allowed| allowed == origin) || (listed.is_empty() && !config.is_production())
}

/// Whether a body of this type is read. Other types come without a preflight, from pages of anybody.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let mut parts = value.split(';').map(str::trim);
    let json = parts
        .next()
        .is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    json && parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    })
}

fn posted(headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<Wire, Refusal> {
    if !is_json(headers) {
        return Err(Refusal::media_type());
    }
    match body {
        Ok(body) => Wire::from_json(&body),
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(Refusal::too_large(BODY_MAX)),
        Err(_) => Err(Refusal::malformed(message!("body-cut"))),
    }
}

/// `POST /graphql`.
pub async fn post(
    State(endpoint): State<Endpoint>,
    address: ClientAddress,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let wire = posted(&headers, body);
    Box::pin(endpoint.answer(&headers, address, Door::Post, wire)).await
}

/// `POST /graphql/session`: the same endpoint, to which browsers bring the cookie. Who asks is known by that alone: an
/// access token, which may have expired, is not looked at.
pub async fn session(
    State(endpoint): State<Endpoint>,
    address: ClientAddress,
    mut headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    if !is_from_friend(&endpoint.app().config, &headers) {
        return (StatusCode::FORBIDDEN, "this origin may not use the cookie of a session").into_response();
    }
    headers.remove(header::AUTHORIZATION);
    let wire = posted(&headers, body);
    Box::pin(endpoint.answer(&headers, address, Door::Session, wire)).await
}

/// `GET /graphql`, or a socket there.
pub async fn get(
    State(endpoint): State<Endpoint>,
    address: ClientAddress,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    url: Result<UrlQuery<UrlParameters>, QueryRejection>,
) -> Response {
    if ws::is_asked(&headers) {
        return match upgrade {
            Ok(upgrade) => ws::upgrade(endpoint, headers, address, upgrade),
            Err(rejection) => rejection.into_response(),
        };
    }
    let wire = match url {
        Ok(UrlQuery(parameters)) => Wire::from_url(parameters),
        Err(rejection) => Err(Refusal::malformed(message!("as-is", text = rejection.body_text()))),
    };
    Box::pin(endpoint.answer(&headers, address, Door::Get, wire)).await
}
