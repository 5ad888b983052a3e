//! Charges and the balance transactions that they leave.

use serde_json::{Value, json};

use crate::api::payment_method::card_of;
use crate::card::{After, Decline};
use crate::error::Outcome;
use crate::fields::{Fields, Object, object};
use crate::world::World;

/// Stripe's share of a payment: 2.9 % and 30, rounded.
pub fn fee(amount: i64) -> i64 {
    (amount * 29 + 500) / 1000 + 30
}

/// A charge for an intent with a method. A refused one carries the reason.
pub fn attempt(world: &mut World, intent: &Object, method: &Object, secured: bool, no: Option<Decline>) -> Object {
    let card = card_of(method);
    let amount = intent.int("amount");
    let card_details = method.object("card").cloned().unwrap_or_default();
    let id = world.id("ch");
    let charge = object(json!({
        "id": id,
        "object": "charge",
        "amount": amount,
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": null,
        "application_fee": null,
        "application_fee_amount": null,
        "balance_transaction": null,
        "billing_details": method.get("billing_details").cloned().unwrap_or_default(),
        "calculated_statement_descriptor": "SIMULATOR",
        "captured": false,
        "created": world.now(),
        "currency": intent.text("currency"),
        "customer": intent.get("customer").cloned().unwrap_or_default(),
        "description": intent.get("description").cloned().unwrap_or_default(),
        "disputed": false,
        "failure_balance_transaction": null,
        "failure_code": no.map(|no| no.code),
        "failure_message": no.map(|no| no.message),
        "fraud_details": {},
        "livemode": false,
        "metadata": intent.get("metadata").cloned().unwrap_or_default(),
        "on_behalf_of": null,
        "outcome": outcome(no),
        "paid": no.is_none(),
        "payment_intent": intent.text("id"),
        "payment_method": method.text("id"),
        "payment_method_details": {
            "type": "card",
            "card": {
                "amount_authorized": no.is_none().then_some(amount),
                "authorization_code": no.is_none().then_some("123456"),
                "brand": card.brand,
                "checks": { "address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass" },
                "country": card.country,
                "exp_month": card_details.int("exp_month"),
                "exp_year": card_details.int("exp_year"),
                "extended_authorization": { "status": "disabled" },
                "fingerprint": card_details.text("fingerprint"),
                "funding": card.funding,
                "incremental_authorization": { "status": "unavailable" },
                "installments": null,
                "last4": card.last4(),
                "mandate": null,
                "multicapture": { "status": "unavailable" },
                "network": card.brand,
                "network_token": { "used": false },
                "network_transaction_id": null,
                "overcapture": { "maximum_amount_capturable": amount, "status": "unavailable" },
                "regulated_status": "unregulated",
                "three_d_secure": secured.then(|| json!({
                    "authentication_flow": "challenge", "electronic_commerce_indicator": "05",
                    "exemption_indicator": null, "result": "authenticated", "result_reason": null,
                    "transaction_id": null, "version": "2.2.0",
                })),
                "transaction_link_id": null,
                "wallet": null,
            },
        },
        "radar_options": {},
        "receipt_email": intent.get("receipt_email").cloned().unwrap_or_default(),
        "receipt_number": null,
        "receipt_url": no.is_none().then(|| format!("{}/_receipt/{id}", world.url)),
        "refunded": false,
        "review": null,
        "shipping": intent.get("shipping").cloned().unwrap_or_default(),
        "source": null,
        "source_transfer": null,
        "statement_descriptor": intent.get("statement_descriptor").cloned().unwrap_or_default(),
        "statement_descriptor_suffix": null,
        "status": if no.is_none() { "succeeded" } else { "failed" },
        "transfer_data": null,
        "transfer_group": null,
        "_card": card.name,
    }));
    world.put(&charge);
    charge
}

fn outcome(no: Option<Decline>) -> Value {
    let (network, reason, seller, kind, risk) = match no {
        None => ("approved_by_network", None, "Payment complete.", "authorized", "normal"),
        Some(no) if no.blocked => (
            "not_sent_to_network",
            Some("highest_risk_level"),
            "Stripe blocked this payment as too risky.",
            "blocked",
            "highest",
        ),
        Some(no) => (
            "declined_by_network",
            Some(no.decline_code),
            "The bank did not return any further details with this decline.",
            "issuer_declined",
            "normal",
        ),
    };
    json!({
        "advice_code": null, "network_advice_code": null, "network_decline_code": null, "network_status": network,
        "reason": reason, "risk_level": risk, "risk_score": if risk == "normal" { 32 } else { 79 },
        "seller_message": seller, "type": kind,
    })
}

/// Takes the money of a charge, or a part of it; the rest is released, which Stripe books as a refund of it.
pub fn capture(world: &mut World, charge: &mut Object, amount: i64) {
    let released = charge.int("amount") - amount;
    charge.set("captured", true);
    charge.set("amount_captured", amount);
    let transaction = transaction(world, charge.text("id"), "charge", charge, amount, fee(amount));
    charge.set("balance_transaction", transaction);
    if released > 0 {
        release(world, charge, released);
    }
    world.put(charge);
}

/// Releases money that was held and never taken.
pub fn release(world: &mut World, charge: &mut Object, amount: i64) {
    let refunded = charge.int("amount_refunded") + amount;
    charge.set("amount_refunded", refunded);
    charge.set("refunded", refunded == charge.int("amount"));
    let refund = super::refund::new(world, charge, amount, "succeeded");
    world.put(&refund);
    world.put(charge);
}

/// What follows a charge that succeeded: the documented dispute cards.
pub fn afterwards(world: &mut World, charge: &Object) -> Outcome<()> {
    match card_of(charge).after {
        After::Dispute(reason) => super::dispute::open(world, charge.text("id"), reason, false).map(drop),
        After::Inquiry => super::dispute::open(world, charge.text("id"), "fraudulent", true).map(drop),
        After::Nothing | After::RefundFails | After::RefundPends => Ok(()),
    }
}

/// Books a movement on the account's balance; gives its id.
pub fn transaction(world: &mut World, source: &str, kind: &str, about: &Object, amount: i64, fee: i64) -> String {
    let bypass = card_of(about).name == "bypassPending";
    let now = world.now();
    let category = match kind {
        "payment_refund" | "refund" => "refund",
        "adjustment" if amount < 0 => "dispute",
        "adjustment" => "dispute_reversal",
        other => other,
    };
    let details = if fee == 0 {
        json!([])
    } else {
        json!([{
            "amount": fee, "application": null, "currency": about.text("currency"),
            "description": "Stripe processing fees", "type": "stripe_fee",
        }])
    };
    let row = object(json!({
        "id": world.id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": if bypass { now } else { now + 2 * 24 * 60 * 60 },
        "balance_type": "payments",
        "created": now,
        "currency": about.text("currency"),
        "description": null,
        "exchange_rate": null,
        "fee": fee,
        "fee_details": details,
        "net": amount - fee,
        "reporting_category": category,
        "source": source,
        "status": if bypass { "available" } else { "pending" },
        "type": kind,
    }));
    world.put(&row);
    row.id()
}
