//! Disputes: opened by the documented cards or by a test, answered with documented evidence, lost or won.

use serde_json::{Value, json};

use crate::api::charge;
use crate::error::{Outcome, StripeError};
use crate::fields::{Fields, Object, object};
use crate::params::Params;
use crate::world::World;

const KIND: &str = "dispute";

/// What a dispute costs, won or lost.
const FEE: i64 = 1500;

/// Opens a dispute about a charge. An inquiry moves no money.
pub fn open(world: &mut World, charge: &str, reason: &str, inquiry: bool) -> Outcome {
    let mut charge = world.get("charge", charge, "charge")?;
    if charge.flag("disputed") || !charge.flag("captured") {
        return Err(StripeError::invalid("This charge cannot be disputed (again)."));
    }
    let amount = charge.int("amount_captured");
    let id = world.id("du");
    let moved = if inquiry {
        Vec::new()
    } else {
        vec![charge::transaction(world, &id, "adjustment", &charge, -amount, FEE)]
    };
    let now = world.now();
    let dispute = object(json!({
        "id": id,
        "object": KIND,
        "amount": amount,
        "balance_transactions": transactions(world, &moved),
        "charge": charge.text("id"),
        "created": now,
        "currency": charge.text("currency"),
        "enhanced_eligibility_types": [],
        "evidence": evidence(),
        "evidence_details": {
            "due_by": now + 7 * 24 * 60 * 60, "enhanced_eligibility": {}, "has_evidence": false, "past_due": false,
            "submission_count": 0,
        },
        "is_charge_refundable": inquiry,
        "livemode": false,
        "metadata": {},
        "payment_intent": charge.get("payment_intent").cloned().unwrap_or_default(),
        "payment_method_details": { "card": {
            "brand": "visa", "case_type": if inquiry { "inquiry" } else { "chargeback" }, "network": "visa",
            "network_reason_code": "10.4",
        }, "type": "card" },
        "reason": reason,
        "status": if inquiry { "warning_needs_response" } else { "needs_response" },
        "_moved": moved,
    }));
    charge.set("disputed", true);
    charge.set("_refundable", inquiry);
    world.put(&charge);
    world.put(&dispute);
    world.emit("charge.dispute.created", &dispute);
    if !inquiry {
        world.emit("charge.dispute.funds_withdrawn", &dispute);
    }
    Ok(dispute)
}

fn transactions(world: &World, ids: &[String]) -> Vec<Value> {
    ids.iter()
        .filter_map(|id| world.objects.get(id))
        .map(|row| Value::Object(row.clone()))
        .collect()
}

fn evidence() -> Object {
    const FIELDS: [&str; 27] = [
        "access_activity_log",
        "billing_address",
        "cancellation_policy",
        "cancellation_policy_disclosure",
        "cancellation_rebuttal",
        "customer_communication",
        "customer_email_address",
        "customer_name",
        "customer_purchase_ip",
        "customer_signature",
        "duplicate_charge_documentation",
        "duplicate_charge_explanation",
        "duplicate_charge_id",
        "product_description",
        "receipt",
        "refund_policy",
        "refund_policy_disclosure",
        "refund_refusal_explanation",
        "service_date",
        "service_documentation",
        "shipping_address",
        "shipping_carrier",
        "shipping_date",
        "shipping_documentation",
        "shipping_tracking_number",
        "uncategorized_file",
        "uncategorized_text",
    ];
    let mut evidence: Object = FIELDS.iter().map(|field| ((*field).to_owned(), Value::Null)).collect();
    evidence.set("enhanced_evidence", Object::new());
    evidence
}

/// `POST /v1/disputes/:id`. The documented texts `winning_evidence` and `losing_evidence` decide it at once.
pub fn update(world: &mut World, id: &str, params: &Params) -> Outcome {
    params.allow(&["evidence", "metadata", "submit"])?;
    let mut dispute = world.get(KIND, id, "id")?;
    params.merge_metadata(&mut dispute);
    let given = params.nested("evidence");
    if let Some(given) = &given {
        let mut evidence = dispute.object("evidence").cloned().unwrap_or_default();
        for (key, value) in &given.0 {
            evidence.set(key, value.clone());
        }
        dispute.set("evidence", evidence);
        let mut details = dispute.object("evidence_details").cloned().unwrap_or_default();
        details.set("has_evidence", true);
        details.set("submission_count", 1);
        dispute.set("evidence_details", details);
    }
    let submit = params.text("submit").is_none() || params.flag("submit")?;
    if given.is_some() && submit && dispute.text("status").ends_with("needs_response") {
        let under_review = dispute.text("status").replace("needs_response", "under_review");
        dispute.set("status", under_review);
    }
    world.put(&dispute);
    world.emit("charge.dispute.updated", &dispute);
    match given.as_ref().and_then(|given| given.text("uncategorized_text")) {
        Some("winning_evidence") if submit => decide(world, id, true),
        Some("losing_evidence") if submit => decide(world, id, false),
        _ => Ok(dispute),
    }
}

/// `POST /v1/disputes/:id/close`: the shop accepts it.
pub fn close(world: &mut World, id: &str) -> Outcome {
    decide(world, id, false)
}

/// The bank decides.
pub fn decide(world: &mut World, id: &str, won: bool) -> Outcome {
    let mut dispute = world.get(KIND, id, "id")?;
    if matches!(dispute.text("status"), "won" | "lost" | "warning_closed") {
        return Err(StripeError::invalid("This dispute is already closed."));
    }
    if dispute.text("status").starts_with("warning") {
        dispute.set("status", "warning_closed");
    } else if won {
        let charge = world.get("charge", dispute.text("charge"), "charge")?;
        let back = charge::transaction(world, id, "adjustment", &charge, dispute.int("amount"), 0);
        let mut moved: Vec<String> = dispute
            .get("_moved")
            .and_then(Value::as_array)
            .map(|ids| ids.iter().filter_map(Value::as_str).map(str::to_owned).collect())
            .unwrap_or_default();
        moved.push(back);
        dispute.set("balance_transactions", transactions(world, &moved));
        dispute.set("_moved", moved);
        dispute.set("status", "won");
    } else {
        dispute.set("status", "lost");
    }
    dispute.set("is_charge_refundable", false);
    world.put(&dispute);
    if dispute.text("status") == "won" {
        world.emit("charge.dispute.funds_reinstated", &dispute);
    }
    world.emit("charge.dispute.closed", &dispute);
    Ok(dispute)
}
