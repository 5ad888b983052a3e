//! Tax on a net price and tax within a gross price are the same tax.

use merx::tax::{tax_on_net, tax_within_gross};
use proptest::prelude::*;

proptest! {
    #[test]
    fn both_ways_agree(net in 0i64..1_000_000_000_000, rate_bp in 0i32..=10_000) {
        let tax = tax_on_net(net, rate_bp).expect("it fits");
        prop_assert_eq!(tax_within_gross(net + tax, rate_bp), Some(tax));
    }

    #[test]
    fn tax_is_a_part_of_the_price(gross in 0i64..1_000_000_000_000, rate_bp in 0i32..=10_000) {
        let tax = tax_within_gross(gross, rate_bp).expect("it fits");
        prop_assert!((0..=gross).contains(&tax));
        prop_assert!(rate_bp > 0 || tax == 0);
    }

    #[test]
    fn a_credit_is_taxed_like_the_charge(net in 0i64..1_000_000_000_000, rate_bp in 0i32..=10_000) {
        prop_assert_eq!(tax_on_net(-net, rate_bp), tax_on_net(net, rate_bp).map(|tax| -tax));
    }
}

#[test]
fn halves_are_rounded_away_from_zero() {
    // 8.25 % of 2.00 is 16.5 cents.
    assert_eq!(tax_on_net(200, 825), Some(17));
    assert_eq!(tax_on_net(-200, 825), Some(-17));
    // 19 % within 119.00.
    assert_eq!(tax_within_gross(11_900, 1_900), Some(1_900));
    assert_eq!(tax_on_net(i64::MAX, 10_000), Some(i64::MAX));
    assert_eq!(tax_on_net(i64::MAX, 10_001), None);
}
