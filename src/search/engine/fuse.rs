//! Several rankings made one.

use std::collections::HashMap;
use std::hash::Hash;

/// How little the first places count more than those behind them: the usual constant of reciprocal rank fusion.
const FLAT: f64 = 60.0;

/// What each item of `lists` is worth by reciprocal rank fusion: the sum over the lists of `1 / (60 + place)`.
pub fn reciprocal<T: Copy + Eq + Hash>(lists: &[Vec<T>]) -> HashMap<T, f64> {
    let mut worth = HashMap::new();
    for list in lists {
        for (place, item) in (1_u32..).zip(list) {
            *worth.entry(*item).or_default() += 1.0 / (FLAT + f64::from(place));
        }
    }
    worth
}
