//! No unit of money is lost or made.

use merx::platform::money::{AmountError, Currency, Money, mul_div_round, prorate};
use proptest::prelude::*;

fn currency(code: &str) -> Currency {
    code.parse().expect("a currency")
}

/// Currencies of no, two and three decimals.
fn currencies() -> impl Strategy<Value = Currency> {
    prop::sample::select(vec!["JPY", "USD", "EUR", "KWD"]).prop_map(currency)
}

proptest! {
    #[test]
    // The lowest 64-bit number has no positive twin, and so no text.
    fn an_amount_survives_its_text(minor in -i64::MAX..=i64::MAX, currency in currencies()) {
        let money = Money::new(minor, currency);
        prop_assert_eq!(Money::parse(&money.decimal(), currency), Ok(money));
    }

    #[test]
    fn the_text_has_the_decimals_of_the_currency(minor: i64, currency in currencies()) {
        let text = Money::new(minor, currency).decimal();
        let decimals = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        prop_assert_eq!(decimals, currency.exponent() as usize);
    }

    #[test]
    fn more_decimals_are_refused_unless_zero(minor in -1_000_000i64..1_000_000, digit in 1u8..=9, currency in currencies()) {
        let text = Money::new(minor, currency).decimal();
        let pointed = if currency.exponent() == 0 { format!("{text}.") } else { text };
        prop_assert_eq!(Money::parse(&format!("{pointed}{digit}"), currency), Err(AmountError::TooPrecise));
        prop_assert_eq!(Money::parse(&format!("{pointed}00"), currency), Ok(Money::new(minor, currency)));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[-+0-9.,eE ]{0,24}", currency in currencies()) {
        if let Ok(money) = Money::parse(&text, currency) {
            // What is read is digits with at most one point.
            prop_assert!(text.chars().all(|c| c.is_ascii_digit() || c == '.' || c == '-'));
            prop_assert_eq!(Money::parse(&money.decimal(), currency), Ok(money));
        }
    }

    #[test]
    fn parts_sum_to_the_whole(total: i64, weights in prop::collection::vec(0..=i64::MAX, 1..40)) {
        let parts = prorate(total, &weights);
        prop_assert_eq!(parts.len(), weights.len());
        prop_assert_eq!(parts.iter().map(|p| i128::from(*p)).sum::<i128>(), i128::from(total));
    }

    #[test]
    fn each_part_is_within_one_unit_of_its_share(
        total in -1_000_000_000_000i64..1_000_000_000_000,
        weights in prop::collection::vec(0i64..1_000_000_000, 1..40),
    ) {
        let sum: i128 = weights.iter().map(|w| i128::from(*w)).sum();
        prop_assume!(sum > 0);
        for (part, weight) in prorate(total, &weights).into_iter().zip(&weights) {
            // |part - total x weight / sum| < 1, without a division.
            let off = i128::from(part) * sum - i128::from(total) * i128::from(*weight);
            prop_assert!(off.abs() < sum, "{part} of {total} by {weight} / {sum}");
            prop_assert!(*weight > 0 || part == 0, "nothing weighs nothing");
        }
    }

    #[test]
    fn a_share_is_rounded_half_away_from_zero(amount: i64, numerator: i64, denominator in 1..=i64::MAX) {
        let (product, denominator_wide) = (i128::from(amount) * i128::from(numerator), i128::from(denominator));
        // Division that truncates, then one step away from zero when half or more remains.
        let (quotient, rest) = (product / denominator_wide, product % denominator_wide);
        let step = if rest.abs() >= denominator_wide - rest.abs() { product.signum() } else { 0 };
        let expected = i64::try_from(quotient + step).ok();
        prop_assert_eq!(mul_div_round(amount, numerator, denominator), expected);
    }
}

#[test]
fn amounts_are_read_as_people_write_them() {
    let read = |text: &str, code: &str| Money::parse(text, currency(code)).map(|m| m.minor);
    assert_eq!(read("12.5", "USD"), Ok(1250));
    assert_eq!(read("12", "USD"), Ok(1200));
    assert_eq!(read("-0.01", "USD"), Ok(-1));
    assert_eq!(read("12", "JPY"), Ok(12));
    assert_eq!(read("1.234", "KWD"), Ok(1234));
    assert_eq!(read("12.500", "USD"), Ok(1250));
    assert_eq!(read("12.505", "USD"), Err(AmountError::TooPrecise));
    for text in ["", "-", ".5", "5.", "1,50", "1e3", "+1", " 1", "1.2.3", "--1", "１"] {
        assert_eq!(read(text, "USD"), Err(AmountError::Malformed), "{text:?}");
    }
    assert_eq!(read("92233720368547758.08", "USD"), Err(AmountError::TooLarge));
}

#[test]
fn ties_go_to_the_earlier_part() {
    assert_eq!(prorate(100, &[1, 1, 1]), [34, 33, 33]);
    assert_eq!(prorate(-100, &[1, 1, 1]), [-33, -33, -34]);
    assert_eq!(prorate(5, &[0, 0]), [5, 0]);
    assert_eq!(prorate(5, &[]), Vec::<i64>::new());
}

#[test]
fn amounts_are_written_for_people() {
    let write = |minor, code: &str, locale| Money::new(minor, currency(code)).formatted(locale);
    assert_eq!(write(123_450, "USD", "en"), "$1,234.50");
    assert_eq!(write(123_450, "EUR", "de-AT"), "1.234,50 €");
    assert_eq!(write(-5, "USD", "en"), "-$0.05");
    assert_eq!(write(1_000_000, "JPY", "en"), "¥1,000,000");
    assert_eq!(write(1234, "KWD", "en"), "KWD 1.234");
}

#[test]
fn a_currency_is_three_capital_letters() {
    for text in ["", "US", "usd", "USDT", "U$D", "€"] {
        assert!(text.parse::<Currency>().is_err(), "{text:?}");
    }
}
