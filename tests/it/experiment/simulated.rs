//! Made-up experiments: the always-valid p-value keeps its promise, and the other one does not.

use merx::experiment::simulate::{Plan, rates};
use merx::experiment::stats::Settings;

fn plan(base: f64, lift: f64) -> Plan {
    Plan {
        base,
        lift,
        looks: 40,
        step: 250,
        settings: Settings {
            alpha: 0.05,
            power: 0.8,
            effect: 0.1,
        },
    }
}

/// Where both arms are alike, whoever looks forty times and stops at the first p-value below 0.05 sees an effect in one
/// experiment of three; by the always-valid p-value in no more than one of twenty.
#[test]
fn peeking_is_safe_with_the_always_valid_p_value_alone() {
    for (base, seed) in [(0.1, 1), (0.3, 2)] {
        let found = rates(&plan(base, 0.0), 400, seed);
        let last = |all: &[f64]| *all.last().expect("looks");
        assert!(last(&found.always_valid) <= 0.05, "{base}: {found:?}");
        assert!(last(&found.peeking) > 0.2, "{base}: {found:?}");
        // At one look the other one is right: 0.05, with three standard errors of 400 experiments.
        assert!((0.02..=0.09).contains(&found.once), "{base}: {found:?}");
        assert!(found.held >= 0.95, "{base}: {found:?}");
    }
}

/// Effects that are there are found, and the sooner the larger they are.
#[test]
fn true_effects_are_found_and_large_ones_sooner() {
    let small = rates(&plan(0.3, 0.1), 100, 3);
    let large = rates(&plan(0.3, 0.3), 100, 3);
    assert!(*large.always_valid.last().expect("looks") > 0.99, "{large:?}");
    assert!(*small.always_valid.last().expect("looks") > 0.8, "{small:?}");
    assert!(large.units < small.units / 2.0, "{} {}", large.units, small.units);
    assert!(large.held >= 0.9, "{large:?}");
}

#[test]
fn the_same_seed_makes_up_the_same_experiments() {
    let plan = Plan {
        looks: 5,
        ..plan(0.2, 0.1)
    };
    assert_eq!(rates(&plan, 10, 5), rates(&plan, 10, 5));
    assert_ne!(rates(&plan, 10, 5), rates(&plan, 10, 6));
}
