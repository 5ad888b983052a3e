//! Payment methods: cards, and whose they are.

use serde_json::{Value, json};

use crate::card::{Card, Decline};
use crate::error::{Outcome, StripeError};
use crate::fields::{Fields, Object, object};
use crate::list;
use crate::params::Params;
use crate::world::World;

const KIND: &str = "payment_method";

/// `POST /v1/payment_methods`.
pub fn create(world: &mut World, params: &Params) -> Outcome {
    params.allow(&["type", "card", "billing_details", "metadata", "allow_redisplay"])?;
    let method = from_data(world, params, "")?;
    world.put(&method);
    Ok(method)
}

/// `GET /v1/payment_methods/:id`; a documented `pm_card_…` is shown as it would be made.
pub fn retrieve(world: &mut World, id: &str) -> Outcome {
    find(world, id)
}

/// `POST /v1/payment_methods/:id`.
pub fn update(world: &mut World, id: &str, params: &Params) -> Outcome {
    params.allow(&["billing_details", "metadata", "card", "allow_redisplay"])?;
    let mut method = world.get(KIND, id, KIND)?;
    params.merge_metadata(&mut method);
    params.copy(&["billing_details", "allow_redisplay"], &mut method);
    world.put(&method);
    world.emit("payment_method.updated", &method);
    Ok(method)
}

/// `POST /v1/payment_methods/:id/attach`.
pub fn attach_to(world: &mut World, id: &str, params: &Params) -> Outcome {
    params.allow(&["customer"])?;
    let customer = params.required("customer")?;
    let mut method = find(world, id)?;
    if method.flag("_used") {
        return Err(used(&method));
    }
    attach(world, &mut method, customer)?;
    Ok(method)
}

/// Gives a method to a customer, unless the card does not let itself be attached.
pub fn attach(world: &mut World, method: &mut Object, customer: &str) -> Outcome<()> {
    world.get("customer", customer, "customer")?;
    match method.text("customer") {
        "" => {}
        owner if owner == customer => return Ok(()),
        _ => {
            let message = "The payment method you provided has already been attached to a customer.";
            return Err(StripeError::invalid(message).code("payment_method_already_attached"));
        }
    }
    let card = card_of(method);
    if let Some(decline) = card.decline.filter(|_| !card.attaches) {
        return Err(refused(&decline));
    }
    method.set("customer", customer);
    world.put(method);
    world.emit("payment_method.attached", method);
    Ok(())
}

/// `POST /v1/payment_methods/:id/detach`.
pub fn detach(world: &mut World, id: &str) -> Outcome {
    let mut method = world.get(KIND, id, KIND)?;
    if method.text("customer").is_empty() {
        let message = "The payment method you provided is not attached to a customer so detachment is impossible.";
        return Err(StripeError::invalid(message));
    }
    method.set("customer", Value::Null);
    method.set("_used", true);
    world.put(&method);
    world.emit("payment_method.detached", &method);
    Ok(method)
}

/// `GET /v1/customers/:id/payment_methods`.
pub fn of_customer(world: &World, customer: &str, params: &Params, url: &str) -> Outcome<Value> {
    world.get("customer", customer, "customer")?;
    let mut params = params.clone();
    params.0.insert("customer".to_owned(), Value::from(customer));
    params.0.remove("allow_redisplay");
    list::list(world, &params, KIND, url, &["customer", "type"])
}

/// `GET /v1/customers/:id/payment_methods/:id`.
pub fn one_of_customer(world: &mut World, customer: &str, id: &str) -> Outcome {
    let method = world.get(KIND, id, KIND)?;
    if method.text("customer") == customer {
        Ok(method)
    } else {
        Err(StripeError::not_found(KIND, id, KIND))
    }
}

/// The method that a request names or describes, if it does.
pub fn from_request(world: &mut World, params: &Params) -> Outcome<Option<Object>> {
    if let Some(id) = params.text(KIND) {
        return find(world, id).map(Some);
    }
    let Some(data) = params.nested("payment_method_data") else {
        return Ok(None);
    };
    let method = from_data(world, &data, "payment_method_data")?;
    world.put(&method);
    Ok(Some(method))
}

/// The method with an id; a documented test id makes a new one each time.
pub fn find(world: &mut World, id: &str) -> Outcome {
    if let Some(card) = id.strip_prefix("pm_card_").and_then(|_| Card::find(id)) {
        let method = new(world, card, &Params::default());
        world.put(&method);
        return Ok(method);
    }
    world.get(KIND, id, KIND)
}

fn from_data(world: &mut World, data: &Params, inside: &str) -> Outcome {
    let name = |field: &str| {
        if inside.is_empty() {
            field.to_owned()
        } else {
            format!("{inside}[{field}]")
        }
    };
    let kind = data.text("type").ok_or_else(|| StripeError::missing(&name("type")))?;
    if kind != "card" {
        let message = format!("The payment method type \"{kind}\" is not activated for your account.");
        return Err(StripeError::param(
            &name("type"),
            "payment_method_type_not_activated",
            message,
        ));
    }
    let details = data.nested("card").ok_or_else(|| StripeError::missing(&name("card")))?;
    let card = match (details.text("token"), details.text("number")) {
        (Some(token), _) => {
            Card::find(token).ok_or_else(|| StripeError::not_found("token", token, &name("card[token]")))?
        }
        (None, Some(number)) => {
            let number = number.replace([' ', '-'], "");
            Card::find(&number)
                .ok_or_else(|| StripeError::card("incorrect_number", "Your card number is incorrect."))?
        }
        (None, None) => return Err(StripeError::missing(&name("card[number]"))),
    };
    Ok(new(world, card, data))
}

fn new(world: &mut World, card: &Card, data: &Params) -> Object {
    let details = data.nested("card").unwrap_or_default();
    let month = details.int("exp_month").ok().flatten().unwrap_or(8);
    let year = details.int("exp_year").ok().flatten().unwrap_or(2034);
    let mut method = object(json!({
        "id": world.id("pm"),
        "object": KIND,
        "allow_redisplay": "unspecified",
        "billing_details": billing(data.nested("billing_details").as_ref()),
        "card": {
            "brand": card.brand,
            "checks": { "address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass" },
            "country": card.country,
            "display_brand": card.brand,
            "exp_month": month,
            "exp_year": year,
            "fingerprint": fingerprint(card),
            "funding": card.funding,
            "generated_from": null,
            "last4": card.last4(),
            "networks": { "available": [card.brand], "preferred": null },
            "regulated_status": "unregulated",
            "three_d_secure_usage": { "supported": true },
            "wallet": null,
        },
        "created": world.now(),
        "customer": null,
        "customer_account": null,
        "livemode": false,
        "metadata": {},
        "type": "card",
        "_card": card.name,
    }));
    data.merge_metadata(&mut method);
    data.copy(&["allow_redisplay"], &mut method);
    method
}

/// Billing details with every documented field.
fn billing(given: Option<&Params>) -> Value {
    let empty = Params::default();
    let given = given.unwrap_or(&empty);
    let part = |key: &str| crate::fields::or_null(given.text(key));
    json!({
        "address": given.nested("address").unwrap_or_default().address(),
        "email": part("email"), "name": part("name"), "phone": part("phone"), "tax_id": part("tax_id"),
    })
}

/// The same card has the same fingerprint, whoever brings it.
fn fingerprint(card: &Card) -> String {
    let seed = card
        .number
        .bytes()
        .fold(7_u64, |sum, byte| sum.wrapping_mul(131).wrapping_add(u64::from(byte)));
    crate::random::Random::new(seed).letters(16)
}

/// The test card behind a method.
pub fn card_of(method: &Object) -> &'static Card {
    Card::find(method.text("_card")).unwrap_or_else(|| Card::visa())
}

/// The error of a bank's no.
pub fn refused(decline: &Decline) -> StripeError {
    let error = StripeError::card(decline.code, decline.message).with("decline_code", decline.decline_code);
    match decline.code {
        "incorrect_cvc" => error.with("param", "cvc"),
        "expired_card" => error.with("param", "exp_month"),
        "incorrect_number" => error.with("param", "number"),
        _ => error,
    }
}

/// Checks that an intent may use a method: one without a customer works once, one with a customer for that customer.
pub fn usable(method: &Object, customer: &str) -> Outcome<()> {
    let owner = method.text("customer");
    if !owner.is_empty() && owner != customer {
        let id = method.text("id");
        return Err(StripeError::invalid(if customer.is_empty() {
            format!(
                "The PaymentMethod {id} belongs to the Customer {owner}. Please include the Customer in the `customer` \
                 parameter on the PaymentIntent."
            )
        } else {
            format!("The provided PaymentMethod {id} does not belong to the Customer {customer}.")
        })
        .with("param", KIND));
    }
    if owner.is_empty() && method.flag("_used") {
        return Err(used(method));
    }
    Ok(())
}

fn used(method: &Object) -> StripeError {
    StripeError::invalid(format!(
        "The provided PaymentMethod {} was previously used with a PaymentIntent without Customer attachment, shared \
         with a connected account without Customer attachment, or was detached from a Customer. It may not be used \
         again. To use a PaymentMethod multiple times, you must attach it to a Customer first.",
        method.text("id")
    ))
}
