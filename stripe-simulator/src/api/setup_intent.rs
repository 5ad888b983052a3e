//! Setup intents: keeping a payment method for later.

use serde_json::{Value, json};

use crate::api::confirm::{self, Gate};
use crate::api::{intent, payment_method};
use crate::error::{Outcome, StripeError};
use crate::fields::{Fields, Object, object};
use crate::params::Params;
use crate::world::World;

const KIND: &str = "setup_intent";

/// `POST /v1/setup_intents`.
pub fn create(world: &mut World, params: &Params) -> Outcome {
    params.allow(&[
        "attach_to_self",
        "automatic_payment_methods",
        "confirm",
        "confirmation_token",
        "customer",
        "description",
        "flow_directions",
        "mandate_data",
        "metadata",
        "on_behalf_of",
        "payment_method",
        "payment_method_configuration",
        "payment_method_data",
        "payment_method_options",
        "payment_method_types",
        "return_url",
        "single_use",
        "usage",
        "use_stripe_sdk",
    ])?;
    let usage = params
        .one_of("usage", &["off_session", "on_session"])?
        .unwrap_or("off_session");
    let customer = params.text("customer");
    if let Some(customer) = customer {
        world.get("customer", customer, "customer")?;
    }
    let method = payment_method::from_request(world, params)?;
    if let Some(method) = &method {
        payment_method::usable(method, customer.unwrap_or_default())?;
    }
    let types = params.texts("payment_method_types");
    let automatic = match params.nested("automatic_payment_methods") {
        Some(given) if given.flag("enabled")? => {
            json!({ "allow_redirects": given.text("allow_redirects").unwrap_or("always"), "enabled": true })
        }
        Some(_) => Value::Null,
        None if types.is_empty() => json!({ "allow_redirects": "always", "enabled": true }),
        None => Value::Null,
    };
    let id = world.id("seti");
    let mut setup = object(json!({
        "id": id,
        "object": KIND,
        "application": null,
        "automatic_payment_methods": automatic,
        "cancellation_reason": null,
        "client_secret": world.secret(&id),
        "created": world.now(),
        "customer": customer,
        "customer_account": null,
        "description": null,
        "excluded_payment_method_types": null,
        "flow_directions": null,
        "last_setup_error": null,
        "latest_attempt": null,
        "livemode": false,
        "mandate": null,
        "metadata": {},
        "next_action": null,
        "on_behalf_of": null,
        "payment_method": method.as_ref().map(Fields::id),
        "payment_method_configuration_details": null,
        "payment_method_options": { "card": {
            "mandate_options": null, "network": null, "request_three_d_secure": "automatic",
        } },
        "payment_method_types": if types.is_empty() { vec!["card"] } else { types },
        "single_use_mandate": null,
        "status": if method.is_some() { "requires_confirmation" } else { "requires_payment_method" },
        "usage": usage,
    }));
    params.merge_metadata(&mut setup);
    params.copy(&["description"], &mut setup);
    let confirm_now = params.flag("confirm")?;
    if confirm_now {
        confirm::check_return_url(&setup, params)?;
    }
    world.put(&setup);
    world.emit("setup_intent.created", &setup);
    match method {
        Some(method) if confirm_now => go(world, setup, method, params),
        None if confirm_now => Err(no_method(&setup)),
        _ => Ok(setup),
    }
}

/// `POST /v1/setup_intents/:id`.
pub fn update(world: &mut World, id: &str, params: &Params) -> Outcome {
    params.allow(&[
        "customer",
        "description",
        "metadata",
        "payment_method",
        "payment_method_data",
        "payment_method_types",
    ])?;
    let mut setup = world.get(KIND, id, "intent")?;
    if let Some(customer) = params.text("customer") {
        world.get("customer", customer, "customer")?;
        setup.set("customer", customer);
    }
    if let Some(method) = payment_method::from_request(world, params)? {
        payment_method::usable(&method, setup.text("customer"))?;
        setup.set("payment_method", method.id());
        setup.set("status", "requires_confirmation");
    }
    params.merge_metadata(&mut setup);
    params.copy(&["description"], &mut setup);
    world.put(&setup);
    Ok(setup)
}

/// `POST /v1/setup_intents/:id/confirm`.
pub fn confirm(world: &mut World, id: &str, params: &Params) -> Outcome {
    params.allow(&[
        "client_secret",
        "confirmation_token",
        "mandate_data",
        "payment_method",
        "payment_method_data",
        "payment_method_options",
        "return_url",
        "use_stripe_sdk",
    ])?;
    let setup = world.get(KIND, id, "intent")?;
    if matches!(setup.text("status"), "succeeded" | "canceled") {
        let message = format!(
            "You cannot confirm this SetupIntent because it has a status of {}.",
            setup.text("status")
        );
        return Err(intent::unexpected(&setup, &message));
    }
    confirm::check_return_url(&setup, params)?;
    let method = match payment_method::from_request(world, params)? {
        Some(method) => method,
        None if setup.text("payment_method").is_empty() => return Err(no_method(&setup)),
        None => world.get("payment_method", setup.text("payment_method"), "payment_method")?,
    };
    payment_method::usable(&method, setup.text("customer"))?;
    go(world, setup, method, params)
}

fn no_method(setup: &Object) -> StripeError {
    intent::unexpected(
        setup,
        "You cannot confirm this SetupIntent because it's missing a payment method.",
    )
}

fn go(world: &mut World, mut setup: Object, mut method: Object, params: &Params) -> Outcome {
    let card = payment_method::card_of(&method);
    setup.set("payment_method", method.id());
    setup.set("last_setup_error", Value::Null);
    match confirm::gate(card, &method, false) {
        Gate::Challenge | Gate::Absent => {
            let action = confirm::next_action(world, &setup, params.text("return_url"));
            setup.set("next_action", action);
            setup.set("_return_url", crate::fields::or_null(params.text("return_url")));
            setup.set("status", "requires_action");
            world.put(&setup);
            world.emit("setup_intent.requires_action", &setup);
            Ok(setup)
        }
        Gate::Open => finish(world, setup, &mut method),
    }
}

/// The method may be kept: it goes to the customer.
pub fn finish(world: &mut World, mut setup: Object, method: &mut Object) -> Outcome {
    let card = payment_method::card_of(method);
    if let Some(decline) = card.decline.filter(|_| !card.attaches) {
        let error = payment_method::refused(&decline);
        let setup = fail(world, setup, &error);
        return Err(error.with(KIND, setup));
    }
    method.set("_set_up", true);
    world.put(method);
    let customer = setup.text("customer").to_owned();
    if customer.is_empty() {
        method.set("_used", true);
        world.put(method);
    } else {
        payment_method::attach(world, method, &customer)?;
    }
    let attempt = world.id("setatt");
    setup.set("latest_attempt", attempt);
    setup.set("next_action", Value::Null);
    setup.set("status", "succeeded");
    world.put(&setup);
    world.emit("setup_intent.succeeded", &setup);
    Ok(setup)
}

/// It may not: another method is wanted. Gives the intent as it is shown.
pub fn fail(world: &mut World, mut setup: Object, error: &StripeError) -> Object {
    setup.set("payment_method", Value::Null);
    setup.set("next_action", Value::Null);
    setup.set("last_setup_error", error.body.clone());
    setup.set("status", "requires_payment_method");
    world.put(&setup);
    world.emit("setup_intent.setup_failed", &setup);
    setup.retain(|key, _| !key.starts_with('_'));
    setup
}

/// `POST /v1/setup_intents/:id/cancel`.
pub fn cancel(world: &mut World, id: &str, params: &Params) -> Outcome {
    params.allow(&["cancellation_reason"])?;
    let mut setup = world.get(KIND, id, "intent")?;
    if matches!(setup.text("status"), "succeeded" | "canceled") {
        let message = format!(
            "You cannot cancel this SetupIntent because it has a status of {}.",
            setup.text("status")
        );
        return Err(intent::unexpected(&setup, &message));
    }
    setup.set("status", "canceled");
    setup.set("next_action", Value::Null);
    setup.set(
        "cancellation_reason",
        crate::fields::or_null(params.text("cancellation_reason")),
    );
    world.put(&setup);
    world.emit("setup_intent.canceled", &setup);
    Ok(setup)
}
