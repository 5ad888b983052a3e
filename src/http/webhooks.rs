//! What payment gateways tell by themselves.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::http::Endpoint;
use crate::http::refusal::Asked;
use crate::payment::gateway::NotBelieved;
use crate::payment::inbox::{BODY_MAX, Inbound, ReceiveError, receive, signature_header};
use crate::platform::locale::message;

/// Where webhooks come in: this and the name of the gateway.
pub(super) const PATH: &str = "/webhooks/";
/// Events at the same time. They come in bursts, and neither take the place of shoppers nor are refused for them.
pub(super) const AT_ONCE: usize = 64;
/// Longest time an event may take: it is only stored.
pub(super) const DEADLINE: Duration = Duration::from_secs(10);

/// Takes an event: 200 once it is stored, whether it was told before or not. 400 when its signature is wrong or old, so
/// that nobody but the gateway is believed; 404 when there is no such gateway.
pub(super) async fn take(State(endpoint): State<Endpoint>, Path(gateway): Path<String>, request: Request) -> Response {
    let (app, asked) = (endpoint.app(), Asked::of(&request));
    let unknown = || asked.refuse(StatusCode::NOT_FOUND, "NOT_FOUND", &message!("webhook-unknown"), None);
    let Some(header) = signature_header(app, &gateway) else {
        return unknown();
    };
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY_MAX).await else {
        let message = message!("body-too-large", max = BODY_MAX);
        return asked.refuse(StatusCode::PAYLOAD_TOO_LARGE, "BAD_REQUEST", &message, None);
    };
    let signature = parts.headers.get(header).and_then(|value| value.to_str().ok());
    let inbound = Inbound {
        gateway: &gateway,
        signature: signature.unwrap_or_default(),
        body: &body,
    };
    match receive(app, inbound).await {
        Ok(()) => Json(serde_json::json!({ "received": true })).into_response(),
        Err(ReceiveError::UnknownGateway) => unknown(),
        Err(ReceiveError::NotBelieved(why)) => {
            tracing::warn!(%gateway, %why, "a webhook was not believed");
            let reason = match why {
                NotBelieved::Signature => "signature",
                NotBelieved::Age => "age",
                NotBelieved::Malformed => "malformed",
            };
            let message = message!("webhook-not-believed", reason = reason);
            asked.refuse(StatusCode::BAD_REQUEST, "BAD_REQUEST", &message, None)
        }
        Err(ReceiveError::Fault(fault)) => {
            tracing::error!(%gateway, %fault, request_id = asked.id(), "a webhook was not stored");
            let message = message!("internal", request = asked.id());
            asked.refuse(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", &message, None)
        }
    }
}
