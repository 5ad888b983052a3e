//! Refunds: whole, in parts, pending, and those that fail afterwards.

use serde_json::{Value, json};

use crate::api::charge;
use crate::api::payment_method::card_of;
use crate::card::After;
use crate::error::{Outcome, StripeError};
use crate::fields::{Fields, Object, object};
use crate::params::Params;
use crate::world::World;

const KIND: &str = "refund";

/// `POST /v1/refunds`.
pub fn create(world: &mut World, params: &Params) -> Outcome {
    params.allow(&[
        "amount",
        "charge",
        "currency",
        "customer",
        "instructions_email",
        "metadata",
        "origin",
        "payment_intent",
        "reason",
        "refund_application_fee",
        "reverse_transfer",
    ])?;
    let wanted = params.amount("amount")?;
    let reason = params.one_of("reason", &["duplicate", "fraudulent", "requested_by_customer"])?;
    let mut charge = charge_of(world, params)?;
    let id = charge.id();
    if charge.flag("refunded") {
        let message = format!("Charge {id} has already been refunded.");
        return Err(StripeError::invalid(message).code("charge_already_refunded"));
    }
    if charge.flag("disputed") && !charge.flag("_refundable") {
        let message = format!("Charge {id} has been charged back; cannot issue a refund.");
        return Err(StripeError::invalid(message).code("charge_disputed"));
    }
    let left = charge.int("amount") - charge.int("amount_refunded");
    let amount = wanted.unwrap_or(left);
    if amount > left {
        let message = format!("Refund amount ({amount}) is greater than unrefunded amount on charge ({left}).");
        return Err(StripeError::invalid(message).with("param", "amount"));
    }
    let status = if card_of(&charge).after == After::RefundPends {
        "pending"
    } else {
        "succeeded"
    };
    let mut refund = new(world, &charge, amount, status);
    refund.set("reason", crate::fields::or_null(reason));
    params.merge_metadata(&mut refund);
    let transaction = charge::transaction(world, refund.text("id"), "refund", &charge, -amount, 0);
    refund.set("balance_transaction", transaction);
    let refunded = charge.int("amount_refunded") + amount;
    charge.set("amount_refunded", refunded);
    charge.set("refunded", refunded == charge.int("amount"));
    world.put(&refund);
    world.put(&charge);
    world.emit("refund.created", &refund);
    world.emit("charge.refunded", &charge);
    Ok(refund)
}

fn charge_of(world: &World, params: &Params) -> Outcome {
    let charge = match (params.text("charge"), params.text("payment_intent")) {
        (Some(id), _) => world.get("charge", id, "charge")?,
        (None, Some(id)) => {
            let intent = world.get("payment_intent", id, "payment_intent")?;
            if intent.text("status") != "succeeded" {
                let message = format!("This PaymentIntent ({id}) does not have a successful charge to refund.");
                return Err(StripeError::invalid(message).with("param", "payment_intent"));
            }
            world.get("charge", intent.text("latest_charge"), "charge")?
        }
        (None, None) => {
            return Err(StripeError::invalid(
                "One of the following params should be provided for this request: payment_intent or charge.",
            )
            .before());
        }
    };
    if !charge.flag("paid") {
        let message = format!(
            "Charge {} was not successful and cannot be refunded.",
            charge.text("id")
        );
        return Err(StripeError::invalid(message).code("charge_not_refundable"));
    }
    Ok(charge)
}

/// A refund of a charge, not yet kept.
pub fn new(world: &mut World, charge: &Object, amount: i64, status: &str) -> Object {
    object(json!({
        "id": world.id("re"),
        "object": KIND,
        "amount": amount,
        "balance_transaction": null,
        "charge": charge.text("id"),
        "created": world.now(),
        "currency": charge.text("currency"),
        "destination_details": { "card": {
            "reference": null, "reference_status": "pending", "reference_type": "acquirer_reference_number",
            "type": "refund",
        }, "type": "card" },
        "metadata": {},
        "payment_intent": charge.get("payment_intent").cloned().unwrap_or_default(),
        "reason": null,
        "receipt_number": null,
        "source_transfer_reversal": null,
        "status": status,
        "transfer_reversal": null,
    }))
}

/// `POST /v1/refunds/:id`.
pub fn update(world: &mut World, id: &str, params: &Params) -> Outcome {
    params.allow(&["metadata"])?;
    let mut refund = world.get(KIND, id, "id")?;
    params.merge_metadata(&mut refund);
    world.put(&refund);
    world.emit("refund.updated", &refund);
    Ok(refund)
}

/// What the documentation says happens some time later: pending refunds succeed, and those of the failing card fail.
pub fn settle(world: &mut World) -> Outcome<usize> {
    let waiting: Vec<Object> = world
        .all(KIND)
        .filter(|refund| !refund.flag("_settled"))
        .cloned()
        .collect();
    let mut changed = 0;
    for mut refund in waiting {
        refund.set("_settled", true);
        let mut charge = world.get("charge", refund.text("charge"), "charge")?;
        match card_of(&charge).after {
            After::RefundPends if refund.text("status") == "pending" => refund.set("status", "succeeded"),
            After::RefundFails if !refund.get("balance_transaction").is_none_or(Value::is_null) => {
                fail(world, &mut refund, &mut charge);
            }
            _ => {
                world.put(&refund);
                continue;
            }
        }
        changed += 1;
        world.put(&refund);
        world.emit("refund.updated", &refund);
        world.emit("charge.refund.updated", &refund);
        if refund.text("status") == "failed" {
            world.emit("refund.failed", &refund);
        }
    }
    Ok(changed)
}

fn fail(world: &mut World, refund: &mut Object, charge: &mut Object) {
    let amount = refund.int("amount");
    let transaction = charge::transaction(world, refund.text("id"), "refund_failure", charge, amount, 0);
    refund.set("status", "failed");
    refund.set("failure_reason", "unknown");
    refund.set("failure_balance_transaction", transaction);
    charge.set("amount_refunded", charge.int("amount_refunded") - amount);
    charge.set("refunded", false);
    world.put(charge);
}
