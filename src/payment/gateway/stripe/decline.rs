//! Why a payment was refused, in one word that a storefront can explain.

use super::part::Part;
use crate::payment::gateway::UNKNOWN_CUSTOMER;

/// Codes that a shopper must not see: they would tell a thief what the bank knows. Source: docs.stripe.com/declines/codes.
const DISCREET: [&str; 7] = [
    "fraudulent",
    "lost_card",
    "merchant_blacklist",
    "pickup_card",
    "restricted_card",
    "security_violation",
    "stolen_card",
];
/// Longest reason: codes are short, and what is longer is none.
const MAX: usize = 64;

/// The reason in an error of Stripe: the bank's code where there is one, or else Stripe's.
pub(super) fn reason(error: Part<'_>) -> String {
    let code = match (error.text("decline_code"), error.text("code")) {
        (Some(decline), _) if DISCREET.contains(&decline) => "card_declined",
        (Some("generic_decline") | None, Some("card_declined")) => "card_declined",
        (_, Some("payment_intent_authentication_failure" | "setup_intent_authentication_failure")) => {
            "authentication_failed"
        }
        (_, Some("resource_missing")) if error.text("param") == Some("customer") => UNKNOWN_CUSTOMER,
        (_, Some("resource_missing")) => "unknown_token",
        (Some(decline), _) => decline,
        (None, Some(code)) => code,
        (None, None) => error.text("type").unwrap_or("card_declined"),
    };
    let word = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
    code.chars().filter(word).take(MAX).collect()
}
