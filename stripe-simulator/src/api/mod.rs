//! The endpoints: one file a resource.

mod charge;
mod confirm;
mod customer;
mod dispute;
mod intent;
mod payment_method;
mod refund;
mod setup_intent;
mod webhook_endpoint;

use serde_json::{Value, json};

use crate::error::{Outcome, StripeError};
use crate::fields::{Fields, Object};
use crate::list;
use crate::params::Params;
use crate::show;
use crate::world::World;

pub use confirm::challenge;
pub use dispute::{decide, open as open_dispute};
pub use refund::settle;
pub use webhook_endpoint::create as create_webhook_endpoint;

/// Answers a request of the API: its path without `/v1/`.
pub fn dispatch(world: &mut World, method: &str, path: &str, params: &Params) -> Outcome<Value> {
    let parts: Vec<&str> = path.split('/').collect();
    let url = format!("/v1/{path}");
    if method == "GET"
        && let Some(page) = page(world, &parts, &url, params)?
    {
        return finish(world, page, params);
    }
    let answer = match (method, parts.as_slice()) {
        ("POST", ["payment_intents"]) => intent::create(world, params),
        ("GET", ["payment_intents", id]) => world.get("payment_intent", id, "intent"),
        ("POST", ["payment_intents", id]) => intent::update(world, id, params),
        ("POST", ["payment_intents", id, "confirm"]) => confirm::confirm(world, id, params),
        ("POST", ["payment_intents", id, "capture"]) => intent::capture(world, id, params),
        ("POST", ["payment_intents", id, "cancel"]) => intent::cancel(world, id, params),
        ("GET", ["charges", id]) => world.get("charge", id, "id"),
        ("GET", ["balance_transactions", id]) => world.get("balance_transaction", id, "id"),
        ("POST", ["refunds"]) => refund::create(world, params),
        ("GET", ["refunds", id]) => world.get("refund", id, "id"),
        ("POST", ["refunds", id]) => refund::update(world, id, params),
        ("POST", ["customers"]) => customer::create(world, params),
        ("GET", ["customers", id]) => customer::retrieve(world, id),
        ("POST", ["customers", id]) => customer::update(world, id, params),
        ("DELETE", ["customers", id]) => customer::delete(world, id),
        ("GET", ["customers", id, "payment_methods", method]) => payment_method::one_of_customer(world, id, method),
        ("POST", ["payment_methods"]) => payment_method::create(world, params),
        ("GET", ["payment_methods", id]) => payment_method::retrieve(world, id),
        ("POST", ["payment_methods", id]) => payment_method::update(world, id, params),
        ("POST", ["payment_methods", id, "attach"]) => payment_method::attach_to(world, id, params),
        ("POST", ["payment_methods", id, "detach"]) => payment_method::detach(world, id),
        ("POST", ["setup_intents"]) => setup_intent::create(world, params),
        ("GET", ["setup_intents", id]) => world.get("setup_intent", id, "intent"),
        ("POST", ["setup_intents", id]) => setup_intent::update(world, id, params),
        ("POST", ["setup_intents", id, "confirm"]) => setup_intent::confirm(world, id, params),
        ("POST", ["setup_intents", id, "cancel"]) => setup_intent::cancel(world, id, params),
        ("GET", ["disputes", id]) => world.get("dispute", id, "id"),
        ("POST", ["disputes", id]) => dispute::update(world, id, params),
        ("POST", ["disputes", id, "close"]) => dispute::close(world, id),
        ("GET", ["events", id]) => world.get("event", id, "id"),
        ("POST", ["webhook_endpoints"]) => webhook_endpoint::create(world, params),
        ("GET", ["webhook_endpoints", id]) => world.get("webhook_endpoint", id, "id"),
        ("DELETE", ["webhook_endpoints", id]) => webhook_endpoint::delete(world, id),
        ("GET", ["account"]) => Ok(account()),
        ("GET", ["balance"]) => Ok(balance(world)),
        _ => Err(unknown(method, &url)),
    }?;
    let shown = show::object(world, &answer);
    // By now it has happened: what is wrong with `expand` does not free the idempotency key.
    finish(world, shown, params).map_err(|error| StripeError {
        executed: true,
        ..error
    })
}

/// A list or a search, when the path names one.
fn page(world: &World, parts: &[&str], url: &str, params: &Params) -> Outcome<Option<Value>> {
    let (kind, filters): (&str, &[&str]) = match parts {
        ["payment_intents"] => ("payment_intent", &["customer"]),
        ["charges"] => ("charge", &["customer", "payment_intent"]),
        ["balance_transactions"] => ("balance_transaction", &["source", "type", "currency"]),
        ["refunds"] => ("refund", &["charge", "payment_intent"]),
        ["customers"] => ("customer", &["email"]),
        ["payment_methods"] => ("payment_method", &["customer", "type"]),
        ["setup_intents"] => ("setup_intent", &["customer", "payment_method"]),
        ["disputes"] => ("dispute", &["charge", "payment_intent"]),
        ["events"] => ("event", &["type"]),
        ["webhook_endpoints"] => ("webhook_endpoint", &[]),
        ["payment_intents", "search"] => return list::search(world, params, "payment_intent", url).map(Some),
        ["customers", "search"] => return list::search(world, params, "customer", url).map(Some),
        ["customers", id, "payment_methods"] => {
            return payment_method::of_customer(world, id, params, url).map(Some);
        }
        _ => return Ok(None),
    };
    list::list(world, params, kind, url, filters).map(Some)
}

fn finish(world: &World, answer: Value, params: &Params) -> Outcome<Value> {
    show::expanded(world, answer, &params.texts("expand"))
}

fn unknown(method: &str, url: &str) -> StripeError {
    let message = format!("Unrecognized request URL ({method}: {url}). See https://stripe.com/docs.");
    StripeError::new(404, "invalid_request_error", message).before()
}

fn account() -> Object {
    crate::fields::object(json!({
        "id": "acct_simulated", "object": "account", "charges_enabled": true, "country": "US",
        "default_currency": "usd", "details_submitted": true, "payouts_enabled": true, "type": "standard",
    }))
}

/// What all balance transactions add up to, by currency.
fn balance(world: &World) -> Object {
    let mut sums = std::collections::BTreeMap::<String, i64>::new();
    for row in world.all("balance_transaction") {
        *sums.entry(row.text("currency").to_owned()).or_default() += row.int("net");
    }
    let available: Vec<Value> = sums
        .into_iter()
        .map(|(currency, amount)| json!({ "amount": amount, "currency": currency }))
        .collect();
    crate::fields::object(json!({
        "object": "balance", "available": available, "pending": [], "livemode": false,
    }))
}
