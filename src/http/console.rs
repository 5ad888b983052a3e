//! GraphiQL, built from `graphiql/` and carried in the binary. Where it was not built, a plain page says how.

use std::io::Read;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use flate2::read::GzDecoder;
use graphiql::File;

use crate::http::Endpoint;

/// What the page may do. Everything comes from this server and goes to it; nothing is inline but styles.
const POLICY: &str = "default-src 'none'; \
    script-src 'self'; \
    style-src 'self' 'unsafe-inline'; \
    worker-src 'self'; \
    connect-src 'self'; \
    font-src 'self'; \
    img-src 'self' data:; \
    frame-ancestors 'none'; \
    base-uri 'none'; \
    form-action 'none'";
// 'unsafe-inline' for styles: the editor writes elements and attributes of style into the page as it runs. They change
//   with each of its versions, so that neither a nonce nor a hash can name them.
// data: for pictures: the editor draws the wavy lines under mistakes with them.
// 'self' for connections covers ws: and wss: of the same host too.

/// The routes of the page.
pub(super) fn routes() -> Router<Endpoint> {
    Router::new()
        .route("/graphiql", get(page))
        .route("/graphiql/", get(|| async { Redirect::permanent("/graphiql") }))
        .route("/graphiql/{*path}", get(asset))
}

async fn page(headers: HeaderMap) -> Response {
    match graphiql::file("index.html") {
        Some(file) => send(file, &headers),
        None => protected((
            [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
            include_str!("console.html"),
        )),
    }
}

async fn asset(Path(path): Path<String>, headers: HeaderMap) -> Response {
    match graphiql::file(&path) {
        Some(file) => send(file, &headers),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Answers with `file`, or says that the client has it already.
fn send(file: &File, headers: &HeaderMap) -> Response {
    let caching = if file.is_immutable() {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let names = [
        (header::CONTENT_TYPE, file.content_type),
        (header::CACHE_CONTROL, caching),
        (header::ETAG, file.etag),
        (header::VARY, "accept-encoding"),
    ];
    if has(headers, file.etag) {
        return protected((StatusCode::NOT_MODIFIED, names));
    }
    if !file.gzip {
        return protected((names, file.bytes));
    }
    if takes_gzip(headers) {
        return protected((names, [(header::CONTENT_ENCODING, "gzip")], file.bytes));
    }
    let mut plain = Vec::new();
    match GzDecoder::new(file.bytes).read_to_end(&mut plain) {
        Ok(_) => protected((names, plain)),
        Err(error) => {
            tracing::error!(%error, path = file.path, "a file of GraphiQL");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// `answer` under the policy of the page.
fn protected(answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    let policy = HeaderValue::from_static(POLICY);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

/// Whether the client has what `etag` names.
fn has(headers: &HeaderMap, etag: &str) -> bool {
    listed(headers, &header::IF_NONE_MATCH).any(|known| known == etag || known == "*")
}

/// Whether the client takes gzip.
fn takes_gzip(headers: &HeaderMap) -> bool {
    listed(headers, &header::ACCEPT_ENCODING).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let refused = weight.trim().strip_prefix("q=").and_then(|q| q.parse().ok()) == Some(0.0);
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

/// The members of a header that is a list.
fn listed<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(name)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
}
