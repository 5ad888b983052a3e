//! Confirming a payment: 3-D Secure, the bank's word, and what the shopper's answer to a challenge does.

use serde_json::{Value, json};

use crate::api::{charge, intent, payment_method, setup_intent};
use crate::card::{Authentication, Card, Decline};
use crate::error::{Outcome, StripeError};
use crate::fields::{Fields, Object};
use crate::params::Params;
use crate::world::World;

const KIND: &str = "payment_intent";

/// What stands between a method and its use.
pub enum Gate {
    /// Nothing.
    Open,
    /// The shopper must authenticate.
    Challenge,
    /// The shopper would have to and is not there.
    Absent,
}

/// Whether a card wants the shopper.
pub fn gate(card: &Card, method: &Object, off_session: bool) -> Gate {
    let wanted = match card.authentication {
        Authentication::No => false,
        Authentication::Always => true,
        Authentication::UnlessSetUp => !method.flag("_set_up"),
        Authentication::OnSession => !off_session,
    };
    match (wanted, off_session) {
        (false, _) => Gate::Open,
        (true, false) => Gate::Challenge,
        (true, true) => Gate::Absent,
    }
}

/// `POST /v1/payment_intents/:id/confirm`.
pub fn confirm(world: &mut World, id: &str, params: &Params) -> Outcome {
    params.allow(&[
        "amount_details",
        "capture_method",
        "client_secret",
        "confirmation_token",
        "error_on_requires_action",
        "mandate",
        "mandate_data",
        "off_session",
        "payment_method",
        "payment_method_data",
        "payment_method_options",
        "payment_method_types",
        "radar_options",
        "receipt_email",
        "return_url",
        "setup_future_usage",
        "shipping",
        "use_stripe_sdk",
    ])?;
    let mut intent = world.get(KIND, id, "intent")?;
    match intent.text("status") {
        "requires_payment_method" | "requires_confirmation" | "requires_action" => {}
        "succeeded" => {
            let message = "You cannot confirm this PaymentIntent because it has already succeeded after being \
                           previously confirmed.";
            return Err(intent::unexpected(&intent, message));
        }
        status => {
            let message = format!("You cannot confirm this PaymentIntent because it has a status of {status}.");
            return Err(intent::unexpected(&intent, &message));
        }
    }
    check_return_url(&intent, params)?;
    let method = match payment_method::from_request(world, params)? {
        Some(method) => method,
        None if intent.text("payment_method").is_empty() => return Err(no_method(&intent)),
        None => world.get("payment_method", intent.text("payment_method"), "payment_method")?,
    };
    payment_method::usable(&method, intent.text("customer"))?;
    if let Some(usage) = params.one_of("setup_future_usage", &["off_session", "on_session"])? {
        intent.set("setup_future_usage", usage);
    }
    if let Some(how) = params.one_of("capture_method", &["automatic", "automatic_async", "manual"])? {
        intent.set("capture_method", how);
    }
    params.copy(&["receipt_email", "shipping"], &mut intent);
    go(world, intent, method, params)
}

/// An intent that nobody gave a payment method.
pub fn no_method(intent: &Object) -> StripeError {
    let message = "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update \
                   the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with \
                   a payment method or ConfirmationToken.";
    intent::unexpected(intent, message)
}

/// Payment methods of the dashboard may redirect, so that a place to return to must be known.
pub fn check_return_url(intent: &Object, params: &Params) -> Outcome<()> {
    let redirects = intent
        .object("automatic_payment_methods")
        .is_some_and(|automatic| automatic.text("allow_redirects") != "never");
    if redirects && params.text("return_url").is_none() && params.text("off_session").is_none() {
        return Err(StripeError::invalid(
            "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of \
             these payment methods might redirect your customer off of your page, you must provide a `return_url`. If \
             you don't want to accept redirect-based payment methods, set \
             `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to \
             `never` when creating Setup Intents and Payment Intents.",
        )
        .before());
    }
    Ok(())
}

/// Goes as far as the card lets it.
pub fn go(world: &mut World, mut intent: Object, mut method: Object, params: &Params) -> Outcome {
    let off_session = params.text("off_session").is_some_and(|text| text != "false");
    let card = payment_method::card_of(&method);
    intent.set("payment_method", method.id());
    intent.set("next_action", Value::Null);
    intent.set("last_payment_error", Value::Null);
    match gate(card, &method, off_session) {
        Gate::Open => pay(world, intent, &mut method, false),
        Gate::Challenge if !params.flag("error_on_requires_action")? => {
            let action = next_action(world, &intent, params.text("return_url"));
            intent.set("next_action", action);
            intent.set("_return_url", crate::fields::or_null(params.text("return_url")));
            intent.set("status", "requires_action");
            world.put(&intent);
            world.emit("payment_intent.requires_action", &intent);
            Ok(intent)
        }
        Gate::Challenge | Gate::Absent => refuse(world, intent, &method, AUTHENTICATION, false),
    }
}

const AUTHENTICATION: Decline = Decline {
    code: "authentication_required",
    decline_code: "authentication_required",
    message: "Your card was declined. This transaction requires authentication.",
    blocked: false,
};

/// Where the shopper authenticates.
pub fn next_action(world: &World, intent: &Object, return_url: Option<&str>) -> Value {
    let url = format!("{}/_challenge/{}", world.url, intent.text("id"));
    match return_url {
        Some(return_url) => {
            json!({ "type": "redirect_to_url", "redirect_to_url": { "return_url": return_url, "url": url } })
        }
        None => json!({ "type": "use_stripe_sdk", "use_stripe_sdk": {
            "type": "three_d_secure_redirect", "source": intent.text("id"), "stripe_js": url,
        } }),
    }
}

fn pay(world: &mut World, mut intent: Object, method: &mut Object, secured: bool) -> Outcome {
    let card = payment_method::card_of(method);
    if let Some(decline) = card.decline {
        return refuse(world, intent, method, decline, secured);
    }
    let mut charge = charge::attempt(world, &intent, method, secured, None);
    intent.set("latest_charge", charge.id());
    let manual = intent.text("capture_method") == "manual";
    let amount = intent.int("amount");
    if manual {
        intent.set("amount_capturable", amount);
        intent.set("status", "requires_capture");
    } else {
        charge::capture(world, &mut charge, amount);
        intent.set("amount_received", amount);
        intent.set("status", "succeeded");
    }
    let customer = intent.text("customer").to_owned();
    if intent.text("setup_future_usage").is_empty() || customer.is_empty() {
        method.set("_used", true);
    } else {
        method.set("_set_up", true);
        payment_method::attach(world, method, &customer)?;
    }
    world.put(method);
    world.put(&intent);
    world.emit("charge.succeeded", &charge);
    if manual {
        world.emit("payment_intent.amount_capturable_updated", &intent);
    } else {
        world.emit("payment_intent.succeeded", &intent);
        charge::afterwards(world, &charge)?;
    }
    Ok(intent)
}

/// The bank's no: a failed charge, the intent wants another method, and the caller gets a 402.
fn refuse(world: &mut World, mut intent: Object, method: &Object, no: Decline, secured: bool) -> Outcome {
    let charge = charge::attempt(world, &intent, method, secured, Some(no));
    let mut error = payment_method::refused(&no).with("charge", charge.id());
    let mut shown_method = method.clone();
    shown_method.retain(|key, _| !key.starts_with('_'));
    error = error.with("payment_method", shown_method);
    intent.set("latest_charge", charge.id());
    intent.set("payment_method", Value::Null);
    intent.set("status", "requires_payment_method");
    intent.set("last_payment_error", error.body.clone());
    world.put(&intent);
    world.emit("charge.failed", &charge);
    world.emit("payment_intent.payment_failed", &intent);
    intent.retain(|key, _| !key.starts_with('_'));
    Err(error.with(KIND, intent))
}

/// The shopper's answer to a challenge; gives where the browser goes next, if the caller said so.
pub fn challenge(world: &mut World, id: &str, success: bool) -> Outcome<Option<String>> {
    let kind = if id.starts_with("seti_") { "setup_intent" } else { KIND };
    let intent = world.get(kind, id, "intent")?;
    if intent.text("status") != "requires_action" {
        return Err(intent::unexpected(&intent, "Nobody waits for this challenge."));
    }
    let return_url = intent.text("_return_url").to_owned();
    let mut method = world.get("payment_method", intent.text("payment_method"), "payment_method")?;
    let succeeded = match (kind, success) {
        ("setup_intent", true) => setup_intent::finish(world, intent, &mut method).is_ok(),
        ("setup_intent", false) => {
            setup_intent::fail(world, intent, &unauthenticated("SetupIntent", "setup_intent"));
            false
        }
        (_, true) => {
            let mut intent = intent;
            intent.set("next_action", Value::Null);
            pay(world, intent, &mut method, true).is_ok()
        }
        (_, false) => {
            let mut intent = intent;
            intent.set("next_action", Value::Null);
            intent.set("payment_method", Value::Null);
            intent.set("status", "requires_payment_method");
            intent.set("last_payment_error", unauthenticated("PaymentIntent", KIND).body);
            world.put(&intent);
            world.emit("payment_intent.payment_failed", &intent);
            false
        }
    };
    if return_url.is_empty() {
        return Ok(None);
    }
    let secret = world.get(kind, id, "intent")?.text("client_secret").to_owned();
    let glue = if return_url.contains('?') { '&' } else { '?' };
    let status = if succeeded { "succeeded" } else { "failed" };
    Ok(Some(format!(
        "{return_url}{glue}{kind}={id}&{kind}_client_secret={secret}&redirect_status={status}"
    )))
}

fn unauthenticated(name: &str, kind: &str) -> StripeError {
    StripeError::invalid(format!(
        "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new \
         PaymentMethod to attempt to fulfill this {name} again."
    ))
    .code(&format!("{kind}_authentication_failure"))
}
