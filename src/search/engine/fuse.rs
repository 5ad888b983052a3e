//! Several rankings made one.

use std::collections::HashMap;
use std::hash::Hash;

/// How little the first places count more than those behind them: the usual constant of reciprocal rank fusion.
const FLAT: f64 = 60.0;

/// What each item is worth by weighted reciprocal rank fusion: the sum over the lists, each with its weight, of
/// `weight / (60 + place)`.
pub fn reciprocal<'a, T: Copy + Eq + Hash + 'a>(lists: impl IntoIterator<Item = (f64, &'a [T])>) -> HashMap<T, f64> {
    let mut worth = HashMap::new();
    for (weight, list) in lists {
        for (place, item) in (1_u32..).zip(list) {
            *worth.entry(*item).or_default() += weight / (FLAT + f64::from(place));
        }
    }
    worth
}
