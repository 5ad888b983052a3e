//! Experiments that are made up, to see how often the statistics are wrong.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::experiment::stats::{Kind, Sample, Settings, compare};

/// An experiment of two arms whose results are looked at again and again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// Share of the units of the control that convert.
    pub base: f64,
    /// Relative effect of the treatment: 0 makes both alike.
    pub lift: f64,
    /// Looks.
    pub looks: usize,
    /// Units that come to each arm between two looks.
    pub step: u64,
    /// How it is judged.
    pub settings: Settings,
}

/// What is seen at a look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Units of each arm.
    pub units: u64,
    /// The p-value for who looks once.
    pub p_value: f64,
    /// The p-value for who looks whenever they like.
    pub always_valid_p: f64,
    /// Whether the interval for who looks whenever they like holds the true difference.
    pub holds: bool,
}

/// Makes up one experiment.
pub fn path(plan: &Plan, rng: &mut StdRng) -> Vec<Look> {
    let treated = plan.base * (1.0 + plan.lift);
    let (mut control, mut treatment) = (0, 0);
    let look = |number: usize| {
        let units = plan.step * (number as u64 + 1);
        control += converters(plan.step, plan.base, rng);
        treatment += converters(plan.step, treated, rng);
        let (a, b) = (Sample::of_share(units, control), Sample::of_share(units, treatment));
        let said = compare(Kind::Share, &a, &b, plan.settings);
        let truth = treated - plan.base;
        let interval = said.always_valid;
        Look {
            units,
            p_value: said.p_value.unwrap_or(1.0),
            always_valid_p: said.always_valid_p.unwrap_or(1.0),
            holds: interval.is_none_or(|interval| interval.low <= truth && truth <= interval.high),
        }
    };
    (0..plan.looks).map(look).collect()
}

/// So many of `units` convert.
fn converters(units: u64, share: f64, rng: &mut StdRng) -> u64 {
    let limit = share * f64::from(u32::MAX);
    (0..units).map(|_| u64::from(f64::from(rng.next_u32()) < limit)).sum()
}

/// In which share of many experiments an effect was seen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rates {
    /// At some look so far, by the p-value that is meant for one look: one number a look.
    pub peeking: Vec<f64>,
    /// At some look so far, by the always-valid p-value.
    pub always_valid: Vec<f64>,
    /// At the last look alone, by the p-value that is meant for it.
    pub once: f64,
    /// In which the always-valid interval held the true difference at every look.
    pub held: f64,
    /// The mean number of units an arm at the first look with an always-valid p-value below alpha, or at the last.
    pub units: f64,
}

/// Makes up `runs` experiments, the same ones for the same `seed`.
pub fn rates(plan: &Plan, runs: u32, seed: u64) -> Rates {
    let mut rng = StdRng::seed_from_u64(seed);
    let alpha = plan.settings.alpha;
    let (mut peeked, mut valid) = (vec![0u32; plan.looks], vec![0u32; plan.looks]);
    let (mut once, mut held, mut units) = (0u32, 0u32, 0.0);
    for _ in 0..runs {
        let looks = path(plan, &mut rng);
        let first = |seen: &dyn Fn(&Look) -> bool| looks.iter().position(seen);
        let wrong = first(&|look| look.p_value < alpha);
        let right = first(&|look| look.always_valid_p < alpha);
        for (first, seen) in [(wrong, &mut peeked), (right, &mut valid)] {
            if let Some(count) = first.and_then(|first| seen.get_mut(first)) {
                *count += 1;
            }
        }
        let last = looks.last();
        once += u32::from(last.is_some_and(|look| look.p_value < alpha));
        held += u32::from(looks.iter().all(|look| look.holds));
        let stopped = right.and_then(|first| looks.get(first)).or(last);
        units += stopped.map_or(0.0, |look| look.units as f64);
    }
    let share = |count: u32| f64::from(count) / f64::from(runs);
    Rates {
        peeking: so_far(&peeked).into_iter().map(share).collect(),
        always_valid: so_far(&valid).into_iter().map(share).collect(),
        once: share(once),
        held: share(held),
        units: units / f64::from(runs),
    }
}

fn so_far(counts: &[u32]) -> Vec<u32> {
    let mut sum = 0;
    counts
        .iter()
        .map(|count| {
            sum += count;
            sum
        })
        .collect()
}
