//! The control surface over HTTP, for tests in other processes and languages; and the page of 3-D Secure.

use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::chaos::Drift;
use crate::error::{Outcome, StripeError};
use crate::fields::Fields;
use crate::params::Params;
use crate::server::{Call, Reply};
use crate::shared::Shared;
use crate::simulator::Simulator;

/// Answers what is not Stripe's API.
pub(crate) async fn answer(shared: &Arc<Shared>, call: &Call) -> Reply {
    let simulator = Simulator::of(shared);
    let parts: Vec<&str> = call.path.trim_matches('/').split('/').collect();
    match (call.method.as_str(), parts.as_slice()) {
        ("GET", ["_challenge", id]) => page(&simulator, id),
        ("POST", ["_challenge", id, verdict @ ("complete" | "fail")]) => {
            match simulator.challenge(id, *verdict == "complete") {
                Ok(Some(url)) => redirect(url),
                Ok(None) => html(200, "<p>You may close this page."),
                Err(error) => Reply::json(error.status, &error.json()),
            }
        }
        ("GET", ["_receipt", id]) => html(200, &format!("<p>Receipt of {}", escape(id))),
        (method, ["_control", rest @ ..]) => match control(&simulator, method, rest, call).await {
            Ok(answer) => Reply::json(200, &answer),
            Err(error) => Reply::json(error.status, &error.json()),
        },
        _ => Reply::json(404, &json!({ "error": { "message": "There is nothing here." } })),
    }
}

async fn control(simulator: &Simulator, method: &str, parts: &[&str], call: &Call) -> Outcome<Value> {
    let query = Params(crate::form::decode(&call.query));
    match (method, parts) {
        ("POST", ["faults"]) => simulator.fault(body(call)?),
        ("DELETE", ["faults"]) => simulator.heal(),
        ("PUT", ["delivery"]) => simulator.delivery(body(call)?),
        ("POST", ["release"]) => return Ok(json!({ "released": simulator.release() })),
        ("POST", ["flush"]) => {
            return Ok(json!({ "quiet": simulator.flush(Duration::from_secs(30)).await }));
        }
        ("POST", ["resend", event]) => return Ok(json!({ "sent": simulator.resend(event) })),
        ("PUT", ["drift"]) => simulator.drift(body::<Drift>(call)?),
        ("PUT", ["time"]) => simulator.set_time(body::<Value>(call)?.get("now").and_then(Value::as_i64)),
        ("POST", ["endpoints"]) => {
            let given: Value = body(call)?;
            let text = |key: &str| given.get(key).and_then(Value::as_str).unwrap_or_default();
            simulator.webhooks_to(text("url"), text("secret"));
        }
        ("POST", ["challenge", id, verdict @ ("complete" | "fail")]) => {
            return Ok(json!({ "redirect": simulator.challenge(id, *verdict == "complete")? }));
        }
        ("POST", ["settle"]) => return Ok(json!({ "changed": simulator.settle()? })),
        ("POST", ["disputes"]) => {
            let given: Value = body(call)?;
            let text = |key: &str| given.get(key).and_then(Value::as_str).unwrap_or_default();
            return simulator
                .dispute(text("charge"), text("reason"))
                .map(|dispute| json!({ "id": dispute.id() }));
        }
        ("POST", ["disputes", id, verdict @ ("won" | "lost")]) => {
            return simulator.decide(id, *verdict == "won").map(Value::Object);
        }
        ("POST", ["events"]) => {
            let given: Value = body(call)?;
            let kind = given.get("type").and_then(Value::as_str).unwrap_or_default();
            let about = given.get("object").cloned().unwrap_or_default();
            return Ok(json!({ "id": simulator.emit(kind, about) }));
        }
        ("GET", ["books"]) => {
            let books = simulator.books();
            let doubles = query.text("group").map(|key| books.double_payments(key));
            let kept = query.text("group").map(|key| books.kept_by(key));
            return Ok(json!({
                "payments": books.payments, "sums": books.sums, "double_charges": books.double_charges(),
                "double_payments": doubles, "kept": kept,
            }));
        }
        ("GET", ["requests"]) => return Ok(json!(simulator.requests())),
        ("GET", ["attempts"]) => return Ok(json!(simulator.attempts())),
        ("GET", ["state"]) => return Ok(simulator.state()),
        _ => {
            return Err(StripeError::new(
                404,
                "invalid_request_error",
                "There is no such switch.",
            ));
        }
    }
    Ok(json!({}))
}

fn body<T: DeserializeOwned>(call: &Call) -> Outcome<T> {
    serde_json::from_str(&call.body).map_err(|error| StripeError::invalid(format!("The body is not right: {error}")))
}

fn page(simulator: &Simulator, id: &str) -> Reply {
    let waits = simulator
        .object(id)
        .is_some_and(|intent| intent.get("status").and_then(Value::as_str) == Some("requires_action"));
    if !waits {
        return html(404, "<p>Nobody waits for this challenge.");
    }
    let id = escape(id);
    html(
        200,
        &format!(
            "<h1>3D Secure 2 Test Page</h1>\
             <form method=post action=/_challenge/{id}/complete><button>Complete</button></form>\
             <form method=post action=/_challenge/{id}/fail><button>Fail</button></form>"
        ),
    )
}

fn html(status: u16, body: &str) -> Reply {
    let body = format!("<!doctype html><meta charset=utf-8><title>Stripe simulator</title>{body}");
    Reply {
        status,
        kind: "text/html; charset=utf-8",
        body,
        headers: Vec::new(),
    }
}

fn redirect(url: String) -> Reply {
    Reply {
        headers: vec![("location", url)],
        ..html(303, "")
    }
}

fn escape(text: &str) -> String {
    text.chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
        .collect()
}
