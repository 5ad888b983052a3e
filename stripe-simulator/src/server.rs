//! The HTTP side. It speaks hyper directly: a closed connection without an answer is one of the things to simulate.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{HeaderMap, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::api;
use crate::chaos::{self, Action, Fault, When};
use crate::control;
use crate::error::{Outcome, StripeError};
use crate::fields::{Fields, Object};
use crate::form;
use crate::idempotency::Kept;
use crate::params::Params;
use crate::shared::{Seen, Shared, change, lock};

const LARGEST: usize = 1 << 20;

/// A request, read.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub method: String,
    pub path: String,
    pub query: String,
    pub body: String,
    pub authorization: Option<String>,
    pub key: Option<String>,
    pub version: Option<String>,
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub status: u16,
    pub kind: &'static str,
    pub body: String,
    pub headers: Vec<(&'static str, String)>,
}

impl Reply {
    pub fn json(status: u16, body: &Value) -> Self {
        let body = serde_json::to_string_pretty(body).unwrap_or_default();
        Self {
            status,
            kind: "application/json",
            body,
            headers: Vec::new(),
        }
    }
}

/// The connection closes instead of an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is closed on purpose")]
struct Closed;

/// Accepts connections for good.
pub(crate) async fn run(shared: Arc<Shared>, listener: TcpListener) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let _unsupported = stream.set_nodelay(true);
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(Arc::clone(&shared), request));
            let _ended = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn answer(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Closed> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, LARGEST)
        .collect()
        .await
        .map_err(|_| Closed)?
        .to_bytes();
    let header = |name: &str| {
        head.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    let call = Call {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        body: String::from_utf8_lossy(&body).into_owned(),
        authorization: header("authorization"),
        key: header("idempotency-key"),
        version: header("stripe-version"),
    };
    // A task of its own: what was begun is finished, also when the client hangs up.
    let reply = tokio::spawn(async move {
        if call.path.starts_with("/v1/") {
            api(&shared, call).await
        } else {
            Some(control::answer(&shared, &call).await)
        }
    })
    .await
    .ok()
    .flatten()
    .ok_or(Closed)?;
    let mut response = Response::new(Full::new(Bytes::from(reply.body)));
    *response.status_mut() = hyper::StatusCode::from_u16(reply.status).map_err(|_| Closed)?;
    let headers: &mut HeaderMap = response.headers_mut();
    headers.insert("content-type", HeaderValue::from_static(reply.kind));
    for (name, value) in reply.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    Ok(response)
}

/// Answers a request of Stripe's API. None closes the connection.
async fn api(shared: &Arc<Shared>, call: Call) -> Option<Reply> {
    let mut parameters = form::decode(&call.query);
    parameters.extend(form::decode(&call.body));
    let params = Params(parameters);
    let request = lock(&shared.world).id("req");
    if let Err(error) = authorize(shared, &call, &params) {
        return Some(finish(shared, &call, &request, Err(error), None));
    }
    let line = format!("{} {}", call.method, call.path);
    let fault = chaos::next(&mut lock(&shared.faults), &line);
    let before = fault.as_ref().filter(|fault| fault.when == When::Before);
    if let Some(error) = before.and_then(Fault::error) {
        wait(before).await;
        return Some(finish(shared, &call, &request, Err(error), None));
    }
    if before.is_some_and(|fault| fault.action == Action::Drop) {
        wait(before).await;
        note(shared, &call, 0, false, None);
        return None;
    }
    let key = call.key.clone().filter(|_| call.method == "POST");
    if let Some(key) = &key {
        let mut world = lock(&shared.world);
        let now = world.now();
        match world
            .keys
            .begin(key, &call.path, &Value::Object(params.0.clone()).to_string(), now)
        {
            Ok(None) => {}
            Ok(Some(kept)) => {
                drop(world);
                return Some(finish(
                    shared,
                    &call,
                    &request,
                    Ok(kept.body),
                    Some((kept.status, kept.request)),
                ));
            }
            Err(error) => {
                drop(world);
                return Some(finish(shared, &call, &request, Err(error), None));
            }
        }
    }
    wait(before).await;
    let path = call.path.trim_start_matches("/v1/").trim_end_matches('/');
    let mut outcome = change(shared, |world| {
        world.request = (Some(request.clone()), call.key.clone());
        let outcome = api::dispatch(world, &call.method, path, &params);
        world.request = (None, None);
        outcome
    });
    let after = fault.as_ref().filter(|fault| fault.when != When::Before);
    let fake = after.and_then(Fault::error);
    if let (Some(error), true) = (&fake, after.is_some_and(|fault| fault.when == When::Kept)) {
        let mut error = error.clone();
        error.executed = true;
        outcome = Err(error);
    }
    wait(after).await;
    if let Some(key) = &key {
        let kept = match &outcome {
            Ok(body) => Some(Kept {
                status: 200,
                body: body.clone(),
                request: request.clone(),
            }),
            Err(error) if error.executed => Some(Kept {
                status: error.status,
                body: error.json(),
                request: request.clone(),
            }),
            Err(_) => None,
        };
        change(shared, |world| world.keys.end(key, kept));
    }
    if after.is_some_and(|fault| fault.action == Action::Drop) {
        note(shared, &call, 0, false, None);
        return None;
    }
    let told = match fake {
        Some(error) => Err(error),
        None => outcome,
    };
    Some(finish(shared, &call, &request, told, None))
}

async fn wait(fault: Option<&Fault>) {
    if let Some(fault) = fault.filter(|fault| fault.delay_ms > 0) {
        tokio::time::sleep(Duration::from_millis(fault.delay_ms)).await;
    }
}

fn note(shared: &Shared, call: &Call, status: u16, replayed: bool, error: Option<String>) {
    lock(&shared.seen).push(Seen {
        method: call.method.clone(),
        path: call.path.clone(),
        key: call.key.clone(),
        version: call.version.clone(),
        status,
        replayed,
        error,
    });
}

/// Writes an answer down and gives it its headers. `replayed` is the status and the first request of a kept one.
fn finish(
    shared: &Shared,
    call: &Call,
    request: &str,
    outcome: Outcome<Value>,
    replayed: Option<(u16, String)>,
) -> Reply {
    let (status, body) = match outcome {
        Ok(body) => (replayed.as_ref().map_or(200, |(status, _)| *status), body),
        Err(mut error) => {
            lock(&shared.world).drift.apply_to_error(&mut error);
            (error.status, error.json())
        }
    };
    let error = body
        .pointer("/error/message")
        .and_then(Value::as_str)
        .map(str::to_owned);
    note(shared, call, status, replayed.is_some(), error);
    let mut reply = Reply::json(status, &body);
    reply.headers.push(("request-id", request.to_owned()));
    let version = call
        .version
        .clone()
        .unwrap_or_else(|| crate::world::API_VERSION.to_owned());
    reply.headers.push(("stripe-version", version));
    if let Some(key) = &call.key {
        reply.headers.push(("idempotency-key", key.clone()));
        let original = replayed.as_ref().map_or(request, |(_, original)| original);
        reply.headers.push(("original-request", original.to_owned()));
    }
    if replayed.is_some() {
        reply.headers.push(("idempotent-replayed", "true".to_owned()));
    }
    reply
}

/// Checks the API key: a secret one, or a publishable one with the intent's client secret.
fn authorize(shared: &Shared, call: &Call, params: &Params) -> Outcome<()> {
    let given = call.authorization.as_deref().and_then(api_key).unwrap_or_default();
    if given.is_empty() {
        let message = "You did not provide an API key. You need to provide your API key in the Authorization header, \
                       using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').";
        return Err(StripeError::new(401, "invalid_request_error", message).before());
    }
    if given.starts_with("pk_") {
        return publishable(shared, call, params);
    }
    let known = match &shared.secret_key {
        Some(key) => *key == given,
        None => given.starts_with("sk_") || given.starts_with("rk_"),
    };
    if known {
        return Ok(());
    }
    let shown: String = given.chars().take(7).collect();
    let message = format!("Invalid API Key provided: {shown}****");
    Err(StripeError::new(401, "invalid_request_error", message).before())
}

fn publishable(shared: &Shared, call: &Call, params: &Params) -> Outcome<()> {
    let mut parts = call.path.trim_start_matches("/v1/").split('/');
    let (kind, id, verb) = (parts.next(), parts.next(), parts.next());
    let of_intent = matches!(kind, Some("payment_intents" | "setup_intents"))
        && matches!((call.method.as_str(), verb), ("GET", None) | ("POST", Some("confirm")));
    let world = lock(&shared.world);
    let secret = id
        .and_then(|id| world.objects.get(id))
        .map(|intent: &Object| intent.text("client_secret"));
    if of_intent && secret.is_some() && secret == params.text("client_secret") {
        return Ok(());
    }
    let message = "This API call cannot be made with a publishable API key. Please use a secret API key.";
    Err(StripeError::new(401, "invalid_request_error", message)
        .code("secret_key_required")
        .before())
}

/// The key in `Bearer …` or in the user name of `Basic …`.
fn api_key(header: &str) -> Option<String> {
    let (scheme, rest) = header.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim().to_owned());
    }
    let bytes = base64::engine::general_purpose::STANDARD.decode(rest.trim()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    text.split(':').next().map(str::to_owned)
}
