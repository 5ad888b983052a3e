//! Payment intents: making, changing, capturing and calling off.

use serde_json::{Value, json};

use crate::api::{charge, confirm, payment_method};
use crate::error::{Outcome, StripeError};
use crate::fields::{Fields, Object, object};
use crate::params::Params;
use crate::world::World;

const KIND: &str = "payment_intent";

const CREATE: &[&str] = &[
    "amount",
    "amount_details",
    "application_fee_amount",
    "automatic_payment_methods",
    "capture_method",
    "confirm",
    "confirmation_method",
    "confirmation_token",
    "currency",
    "customer",
    "description",
    "error_on_requires_action",
    "mandate",
    "mandate_data",
    "metadata",
    "off_session",
    "on_behalf_of",
    "payment_details",
    "payment_method",
    "payment_method_configuration",
    "payment_method_data",
    "payment_method_options",
    "payment_method_types",
    "radar_options",
    "receipt_email",
    "return_url",
    "setup_future_usage",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_data",
    "transfer_group",
    "use_stripe_sdk",
];

const COPIED: &[&str] = &[
    "description",
    "receipt_email",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
];

/// `POST /v1/payment_intents`.
pub fn create(world: &mut World, params: &Params) -> Outcome {
    params.allow(CREATE)?;
    let amount = params.amount("amount")?.ok_or_else(|| StripeError::missing("amount"))?;
    let currency = params.required("currency")?.to_lowercase();
    check_amount(amount, &currency)?;
    let capture_method = params
        .one_of("capture_method", &["automatic", "automatic_async", "manual"])?
        .unwrap_or("automatic_async");
    let usage = params.one_of("setup_future_usage", &["off_session", "on_session"])?;
    let types = params.texts("payment_method_types");
    let confirm_now = params.flag("confirm")?;
    for only_confirmed in [
        "off_session",
        "return_url",
        "error_on_requires_action",
        "use_stripe_sdk",
    ] {
        if params.text(only_confirmed).is_some() && !confirm_now {
            return Err(StripeError::param(
                only_confirmed,
                "",
                format!(
                    "The parameter `{only_confirmed}` cannot be passed when creating a PaymentIntent unless `confirm` is set to true."
                ),
            ));
        }
    }
    let automatic = match params.nested("automatic_payment_methods") {
        Some(given) if given.flag("enabled")? => {
            if !types.is_empty() {
                let message =
                    "You may only specify one of these parameters: automatic_payment_methods, payment_method_types.";
                return Err(StripeError::invalid(message).before());
            }
            let redirects = given
                .one_of("allow_redirects", &["always", "never"])?
                .unwrap_or("always");
            json!({ "allow_redirects": redirects, "enabled": true })
        }
        Some(_) => Value::Null,
        None if types.is_empty() => json!({ "allow_redirects": "always", "enabled": true }),
        None => Value::Null,
    };
    let customer = params.text("customer");
    if let Some(customer) = customer {
        world.get("customer", customer, "customer")?;
    }
    let method = payment_method::from_request(world, params)?;
    if let Some(method) = &method {
        payment_method::usable(method, customer.unwrap_or_default())?;
    }
    let id = world.id("pi");
    let mut intent = object(json!({
        "id": id,
        "object": KIND,
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": { "tip": {} },
        "amount_received": 0,
        "application": null,
        "application_fee_amount": null,
        "automatic_payment_methods": automatic,
        "canceled_at": null,
        "cancellation_reason": null,
        "capture_method": capture_method,
        "client_secret": world.secret(&id),
        "confirmation_method": params.one_of("confirmation_method", &["automatic", "manual"])?.unwrap_or("automatic"),
        "created": world.now(),
        "currency": currency,
        "customer": customer,
        "customer_account": null,
        "description": null,
        "excluded_payment_method_types": null,
        "last_payment_error": null,
        "latest_charge": null,
        "livemode": false,
        "metadata": {},
        "next_action": null,
        "on_behalf_of": null,
        "payment_method": method.as_ref().map(Fields::id),
        "payment_method_configuration_details": null,
        "payment_method_options": { "card": {
            "installments": null, "mandate_options": null, "network": null, "request_three_d_secure": "automatic",
        } },
        "payment_method_types": if types.is_empty() { vec!["card"] } else { types },
        "processing": null,
        "receipt_email": null,
        "review": null,
        "setup_future_usage": usage,
        "shipping": null,
        "source": null,
        "statement_descriptor": null,
        "statement_descriptor_suffix": null,
        "status": if method.is_some() { "requires_confirmation" } else { "requires_payment_method" },
        "transfer_data": null,
        "transfer_group": null,
    }));
    params.merge_metadata(&mut intent);
    params.copy(COPIED, &mut intent);
    if confirm_now && method.is_none() {
        return Err(confirm::no_method(&intent));
    }
    if confirm_now {
        confirm::check_return_url(&intent, params)?;
    }
    world.put(&intent);
    world.emit("payment_intent.created", &intent);
    match method {
        Some(method) if confirm_now => confirm::go(world, intent, method, params),
        _ => Ok(intent),
    }
}

/// The smallest and the three-decimal rules of the documentation, for the currencies that shops use.
fn check_amount(amount: i64, currency: &str) -> Outcome<()> {
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_lowercase()) {
        let message = format!("Invalid currency: {currency}.");
        return Err(StripeError::param("currency", "", message));
    }
    let least = match currency {
        "gbp" => 30,
        "jpy" | "usd" | "eur" | "chf" | "cad" | "aud" => 50,
        "dkk" => 250,
        "nok" | "sek" => 300,
        _ => 1,
    };
    if amount < least {
        return Err(StripeError::param(
            "amount",
            "amount_too_small",
            format!("Amount must be at least {least} in the smallest unit of {currency}."),
        ));
    }
    Ok(())
}

/// `POST /v1/payment_intents/:id`.
pub fn update(world: &mut World, id: &str, params: &Params) -> Outcome {
    params.allow(CREATE)?;
    let mut intent = world.get(KIND, id, "intent")?;
    let open = matches!(
        intent.text("status"),
        "requires_payment_method" | "requires_confirmation" | "requires_action"
    );
    let touches_money = ["amount", "currency", "customer", "payment_method", "capture_method"];
    if let Some(key) = touches_money.iter().find(|key| !open && params.0.contains_key(**key)) {
        let message = format!(
            "This PaymentIntent's {key} could not be updated because it has a status of {}.",
            intent.text("status")
        );
        return Err(unexpected(&intent, &message));
    }
    if let Some(amount) = params.amount("amount")? {
        check_amount(amount, intent.text("currency"))?;
        intent.set("amount", amount);
    }
    if let Some(customer) = params.text("customer") {
        world.get("customer", customer, "customer")?;
        intent.set("customer", customer);
    }
    if let Some(method) = payment_method::from_request(world, params)? {
        payment_method::usable(&method, intent.text("customer"))?;
        intent.set("payment_method", method.id());
        intent.set("status", "requires_confirmation");
        intent.set("next_action", Value::Null);
    }
    if let Some(usage) = params.one_of("setup_future_usage", &["off_session", "on_session"])? {
        intent.set("setup_future_usage", usage);
    }
    params.merge_metadata(&mut intent);
    params.copy(COPIED, &mut intent);
    world.put(&intent);
    Ok(intent)
}

/// `POST /v1/payment_intents/:id/capture`.
pub fn capture(world: &mut World, id: &str, params: &Params) -> Outcome {
    params.allow(&[
        "amount_to_capture",
        "application_fee_amount",
        "final_capture",
        "metadata",
        "statement_descriptor",
        "statement_descriptor_suffix",
        "transfer_data",
    ])?;
    let mut intent = world.get(KIND, id, "intent")?;
    let amount = params.amount("amount_to_capture")?;
    if intent.text("status") != "requires_capture" {
        let message = format!(
            "This PaymentIntent could not be captured because it has a status of {}. Only a PaymentIntent with one of \
             the following statuses may be captured: requires_capture.",
            intent.text("status")
        );
        return Err(unexpected(&intent, &message));
    }
    let capturable = intent.int("amount_capturable");
    let amount = amount.unwrap_or(capturable);
    if amount > capturable {
        let message = format!(
            "The `amount_to_capture` ({amount}) is greater than the amount that can be captured ({capturable})."
        );
        return Err(StripeError::invalid(message)
            .code("amount_too_large")
            .with("param", "amount_to_capture"));
    }
    let mut charge = world.get("charge", intent.text("latest_charge"), "charge")?;
    charge::capture(world, &mut charge, amount);
    params.merge_metadata(&mut intent);
    intent.set("amount_capturable", 0);
    intent.set("amount_received", amount);
    intent.set("status", "succeeded");
    world.put(&intent);
    world.emit("charge.captured", &charge);
    world.emit("payment_intent.succeeded", &intent);
    charge::afterwards(world, &charge)?;
    Ok(intent)
}

/// `POST /v1/payment_intents/:id/cancel`.
pub fn cancel(world: &mut World, id: &str, params: &Params) -> Outcome {
    params.allow(&["cancellation_reason"])?;
    let reason = params.one_of(
        "cancellation_reason",
        &["duplicate", "fraudulent", "requested_by_customer", "abandoned"],
    )?;
    let mut intent = world.get(KIND, id, "intent")?;
    if matches!(intent.text("status"), "succeeded" | "canceled") {
        let message = format!(
            "You cannot cancel this PaymentIntent because it has a status of {}. Only a PaymentIntent with one of the \
             following statuses may be canceled: requires_payment_method, requires_capture, requires_confirmation, \
             requires_action, processing.",
            intent.text("status")
        );
        return Err(unexpected(&intent, &message));
    }
    if intent.text("status") == "requires_capture" {
        let mut charge = world.get("charge", intent.text("latest_charge"), "charge")?;
        let held = charge.int("amount");
        charge::release(world, &mut charge, held);
        world.emit("charge.refunded", &charge);
    }
    intent.set("status", "canceled");
    intent.set("amount_capturable", 0);
    intent.set("next_action", Value::Null);
    intent.set("canceled_at", world.now());
    intent.set("cancellation_reason", crate::fields::or_null(reason));
    world.put(&intent);
    world.emit("payment_intent.canceled", &intent);
    Ok(intent)
}

/// The state of an intent does not allow the request.
pub fn unexpected(intent: &Object, message: &str) -> StripeError {
    let mut shown = intent.clone();
    shown.retain(|key, _| !key.starts_with('_'));
    StripeError::invalid(message)
        .code(if intent.text("object") == KIND {
            "payment_intent_unexpected_state"
        } else {
            "setup_intent_unexpected_state"
        })
        .with(intent.text("object"), shown)
}
