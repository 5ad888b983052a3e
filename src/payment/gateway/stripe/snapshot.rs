//! What Stripe's objects mean to us.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use entity::payment::dispute::DisputeStatus;
use entity::payment::payment::NextAction;
use entity::payment::payment_method::MethodDetails;
use entity::payment::refund::RefundStatus;
use entity::{PaymentId, RefundId};

use super::amount::from_stripe;
use super::decline;
use super::part::Part;
use crate::payment::gateway::{DisputeSnapshot, GatewayState, KeptMethod, RefundSnapshot, Setup, Snapshot};
use crate::platform::error::{Fault, Result};
use crate::platform::money::{Currency, Money};

/// Who confirms a payment: the storefront by Stripe's script, or we with a token.
pub(super) const BY_STOREFRONT: &str = "storefront";

/// What an intent and its charge say; `refunds` and `disputes` are the objects of those names.
pub(super) fn payment(intent: Part<'_>, refunds: &[Part<'_>], disputes: &[Part<'_>]) -> Result<Snapshot> {
    let currency = currency(intent)?;
    let minor = |amount: i64| from_stripe(amount, currency);
    let charge = intent.at("latest_charge");
    let partly = charge.number("amount_captured") < charge.number("amount");
    let refunds: Vec<_> = refunds
        .iter()
        .copied()
        .filter(|refund| !(partly && is_release(*refund)))
        .collect();
    let called_off = refunds
        .iter()
        .any(|refund| refund.at("metadata").text("merx_cancel").is_some());
    let state = if called_off {
        GatewayState::Cancelled
    } else {
        state(intent)
    };
    let kept = intent.text("setup_future_usage").and(intent.id("customer"));
    Ok(Snapshot {
        payment: payment_of(intent),
        reference: intent.needed_text("id")?.to_owned(),
        amount: Money::new(minor(intent.needed_number("amount")?), currency),
        authorized: match state {
            GatewayState::Cancelled => 0,
            _ => minor(held(intent, charge)),
        },
        state,
        captured: minor(taken(intent, charge)),
        fee: minor(fee(charge.at("balance_transaction"), charge)),
        refunds: refunds
            .iter()
            .map(|part| refund(*part, currency))
            .collect::<Result<_>>()?,
        disputes: disputes
            .iter()
            .map(|part| dispute(*part, currency))
            .collect::<Result<_>>()?,
        method: method(charge.at("payment_method_details")),
        method_reference: kept.and(intent.id("payment_method")).map(str::to_owned),
    })
}

/// What was captured. Servers that only resemble Stripe say it of the charge.
fn taken(intent: Part<'_>, charge: Part<'_>) -> i64 {
    let whole = || charge.flag("captured").then(|| charge.number("amount")).flatten();
    let said = intent
        .number("amount_received")
        .or_else(|| charge.number("amount_captured"));
    said.or_else(whole).unwrap_or_default()
}

/// What can still be captured.
fn held(intent: Part<'_>, charge: Part<'_>) -> i64 {
    let waits = intent.text("status") == Some("requires_capture");
    let whole = || waits.then(|| charge.number("amount")).flatten();
    intent.number("amount_capturable").or_else(whole).unwrap_or_default()
}

/// Stripe also calls it a refund when what was never captured is let go; no money moved then, and nothing was booked.
fn is_release(refund: Part<'_>) -> bool {
    let ours = refund_of(refund).is_some() || refund.at("metadata").text("merx_cancel").is_some();
    !ours && refund.id("balance_transaction").is_none() && refund.text("status") == Some("succeeded")
}

/// Our id of the payment, as Stripe was told.
pub(super) fn payment_of(object: Part<'_>) -> Option<PaymentId> {
    told(object, "merx_payment")
}

/// Our id of the refund, as Stripe was told.
pub(super) fn refund_of(object: Part<'_>) -> Option<RefundId> {
    told(object, "merx_refund")
}

fn told<I: FromStr>(object: Part<'_>, name: &str) -> Option<I> {
    object.at("metadata").text(name).and_then(|id| id.parse().ok())
}

/// The currency of an object.
pub(super) fn currency(object: Part<'_>) -> Result<Currency> {
    let code = object.needed_text("currency")?.to_ascii_uppercase();
    code.parse().map_err(|e| Fault::part("stripe", e))
}

/// A state that nobody has heard of is no final word.
fn state(intent: Part<'_>) -> GatewayState {
    match intent.text("status").unwrap_or_default() {
        "succeeded" => GatewayState::Succeeded,
        "requires_capture" => GatewayState::Authorized,
        "canceled" => GatewayState::Cancelled,
        "requires_action" => GatewayState::RequiresAction(next_action(intent)),
        // The shopper may try again with another card as long as the storefront has the page open.
        "requires_payment_method" | "requires_confirmation" if by_storefront(intent) => {
            GatewayState::RequiresAction(confirm(intent))
        }
        "requires_payment_method" => GatewayState::Failed(decline::reason(intent.at("last_payment_error"))),
        _ => GatewayState::Pending,
    }
}

fn by_storefront(intent: Part<'_>) -> bool {
    intent.at("metadata").text("merx_confirmed_by") == Some(BY_STOREFRONT)
}

/// The shopper enters a means of payment and confirms with Stripe's script.
fn confirm(intent: Part<'_>) -> NextAction {
    NextAction {
        kind: "confirm".to_owned(),
        client_secret: intent.text("client_secret").map(str::to_owned),
        url: None,
    }
}

/// The shopper's bank wants to hear from the shopper, on a page of its own or in Stripe's script.
fn next_action(intent: Part<'_>) -> NextAction {
    let action = intent.at("next_action");
    let url = action.at("redirect_to_url").text("url");
    NextAction {
        kind: if url.is_some() { "redirect" } else { "stripe_sdk" }.to_owned(),
        client_secret: intent.text("client_secret").map(str::to_owned),
        url: url.map(str::to_owned),
    }
}

/// A refund of a payment in `currency`. One in a state that nobody has heard of is still under way.
pub(super) fn refund(refund: Part<'_>, currency: Currency) -> Result<RefundSnapshot> {
    Ok(RefundSnapshot {
        refund: refund_of(refund),
        reference: refund.needed_text("id")?.to_owned(),
        amount: from_stripe(refund.needed_number("amount")?, currency),
        status: match refund.text("status").unwrap_or_default() {
            "succeeded" => RefundStatus::Succeeded,
            "failed" | "canceled" => RefundStatus::Failed,
            _ => RefundStatus::Pending,
        },
        failure: refund.text("failure_reason").map(str::to_owned),
    })
}

fn dispute(dispute: Part<'_>, currency: Currency) -> Result<DisputeSnapshot> {
    let transactions = dispute.items("balance_transactions");
    let whole = dispute.number("amount");
    let sum = |name| -> i64 {
        let parts = transactions.iter();
        parts.map(|part| in_currency(*part, name, dispute, whole)).sum()
    };
    let (moved, fees) = (sum("amount"), sum("fee"));
    Ok(DisputeSnapshot {
        reference: dispute.needed_text("id")?.to_owned(),
        amount: from_stripe(dispute.needed_number("amount")?, currency),
        withdrawn: from_stripe((-moved).max(0), currency),
        fee: from_stripe(fees.max(0), currency),
        reason: dispute.text("reason").unwrap_or("general").to_owned(),
        status: match dispute.text("status").unwrap_or_default() {
            "under_review" | "warning_under_review" => DisputeStatus::UnderReview,
            "won" => DisputeStatus::Won,
            "lost" => DisputeStatus::Lost,
            "warning_closed" | "prevented" => DisputeStatus::Closed,
            _ => DisputeStatus::NeedsResponse,
        },
        due_by: dispute
            .at("evidence_details")
            .number("due_by")
            .and_then(|seconds| DateTime::<Utc>::from_timestamp(seconds, 0)),
    })
}

/// What Stripe keeps of a charge. Not known for some seconds after a capture: 0 until then.
fn fee(transaction: Part<'_>, charge: Part<'_>) -> i64 {
    // The transaction is of what was captured, which may be a part of the charge.
    let whole = charge.number("amount_captured").or_else(|| charge.number("amount"));
    in_currency(transaction, "fee", charge, whole).max(0)
}

/// An amount of a balance transaction in the currency of the object that it is of. Stripe books in the currency of the
/// bank account; the share of the `whole` is the same in both.
fn in_currency(transaction: Part<'_>, name: &str, of: Part<'_>, whole: Option<i64>) -> i64 {
    let Some(amount) = transaction.number(name) else {
        return 0;
    };
    let booked = transaction.number("amount").unwrap_or_default();
    match (whole, transaction.text("currency") == of.text("currency")) {
        (Some(ours), false) if booked != 0 => {
            let share = i128::from(amount) * i128::from(ours) / i128::from(booked.abs());
            i64::try_from(share).unwrap_or_default()
        }
        _ => amount,
    }
}

/// What may be shown of a means of payment: Stripe puts the details below the name of the kind.
fn method(details: Part<'_>) -> Option<MethodDetails> {
    let kind = details.text("type")?;
    let of = details.at(kind);
    let small = |name: &str| of.number(name).and_then(|number| i32::try_from(number).ok());
    Some(MethodDetails {
        kind: kind.to_owned(),
        brand: of.text("brand").map(str::to_owned),
        last4: of.text("last4").map(str::to_owned),
        exp_month: small("exp_month"),
        exp_year: small("exp_year"),
    })
}

/// A kept means of payment.
pub(super) fn kept_method(part: Part<'_>) -> Option<KeptMethod> {
    Some(KeptMethod {
        reference: part.text("id")?.to_owned(),
        details: method(part)?,
    })
}

/// A means of payment on its way to be kept.
pub(super) fn setup(intent: Part<'_>) -> Result<Setup> {
    let state = match intent.text("status").unwrap_or_default() {
        "succeeded" => GatewayState::Succeeded,
        "canceled" => GatewayState::Cancelled,
        "requires_action" => GatewayState::RequiresAction(next_action(intent)),
        "requires_payment_method" | "requires_confirmation" => GatewayState::RequiresAction(confirm(intent)),
        _ => GatewayState::Pending,
    };
    Ok(Setup {
        reference: intent.needed_text("id")?.to_owned(),
        customer: intent.id("customer").map(str::to_owned),
        client_secret: intent.text("client_secret").map(str::to_owned),
        method: match state {
            GatewayState::Succeeded => kept_method(intent.at("payment_method")),
            _ => None,
        },
        state,
    })
}
