//! Amounts as Stripe counts them. Source: docs.stripe.com/currencies, "Zero-decimal", "Three-decimal" and "Special cases".

use crate::platform::money::{Currency, Money};

/// Why Stripe cannot be asked for an amount.
pub(super) const UNSUPPORTED: &str = "amount_not_supported";

/// The amount as Stripe counts it. None when it cannot say it: the last digit of a currency with three decimals must be
/// 0, and the ariary has no cents there.
pub(super) fn to_stripe(money: Money) -> Option<i64> {
    match rule(money.currency) {
        Rule::Same => Some(money.minor),
        Rule::Tens => (money.minor % 10 == 0).then_some(money.minor),
        Rule::Hundredfold => money.minor.checked_mul(100),
        Rule::Hundredth => (money.minor % 100 == 0).then_some(money.minor / 100),
    }
}

/// What Stripe says, in minor units of the currency.
pub(super) fn from_stripe(amount: i64, currency: Currency) -> i64 {
    match rule(currency) {
        Rule::Same | Rule::Tens => amount,
        Rule::Hundredfold => amount / 100,
        Rule::Hundredth => amount.saturating_mul(100),
    }
}

enum Rule {
    /// Stripe counts as ISO 4217 does.
    Same,
    /// As ISO 4217, in steps of ten.
    Tens,
    /// No decimals in ISO 4217, two for Stripe.
    Hundredfold,
    /// Two decimals in ISO 4217, none for Stripe.
    Hundredth,
}

fn rule(currency: Currency) -> Rule {
    match currency.code() {
        "ISK" | "UGX" => Rule::Hundredfold,
        "MGA" => Rule::Hundredth,
        _ if currency.exponent() == 3 => Rule::Tens,
        _ => Rule::Same,
    }
}
