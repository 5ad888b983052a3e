//! For a cart: the last item of an order, from the others. For a product: what else is in the order that begins with it.

use std::collections::HashSet;
use std::hash::Hash;

use rayon::prelude::*;

use crate::ease::{EaseError, ease};
use crate::eval::personal::KEPT;
use crate::eval::{Measure, baseline, ndcg_at_10};
use crate::history::{History, Rows};
use crate::neighbours::{Neighbours, best};
use crate::pairs::{LARGE, Pair, pairs};
use crate::together::cosine;

/// Regularisation of the model of orders.
pub const LAMBDA: f32 = 50.0;
/// Days after which an order says half.
pub const HALF_LIFE: f32 = 180.0;
/// Orders that an item needs to be in it.
pub const ORDERS: usize = 10;
/// Items of an order that is asked about.
const SIZES: std::ops::RangeInclusive<usize> = 3..=60;

/// The items of an order that is asked about: those that are known, each once, in their order. The last is left out and
/// asked for. None of an order that has too few of them, or too many.
pub fn asked<T: Copy + Eq + Hash>(items: impl IntoIterator<Item = T>, known: impl Fn(T) -> bool) -> Option<Vec<T>> {
    let mut seen = HashSet::new();
    let items = items.into_iter().filter(|item| known(*item) && seen.insert(*item));
    let items: Vec<T> = items.collect();
    SIZES.contains(&items.len()).then_some(items)
}

struct Split {
    orders: Rows,
    now: i64,
    history: History,
    tests: Vec<Vec<u32>>,
}

fn split_at(history: &History, split: i64) -> Split {
    let before = history.between(i64::MIN, split);
    let counts = before.orders(split, HALF_LIFE).by_item;
    let known = |item: u32| counts[item as usize].len() >= ORDERS;
    let before = before.keep(known).0;
    let later = history.between(split, i64::MAX).keep(known).0;
    let tests = later.baskets.into_iter().map(|basket| basket.items);
    Split {
        orders: before.orders(split, HALF_LIFE),
        now: split,
        tests: tests.filter_map(|items| asked(items, |_| true)).collect(),
        history: before,
    }
}

/// Trains on the orders before `split`; from each later one of 3 to 60 items the last is left out and asked for. Gives the
/// number of orders and the share in which it was among the first 10.
///
/// # Errors
/// Those of the model.
pub fn leave_one_out(history: &History, split: i64) -> Result<(usize, Vec<Measure>), EaseError> {
    let split = split_at(history, split);
    let (orders, items) = (&split.orders, split.orders.items());
    let plain = split.history.orders(split.now, f32::INFINITY);
    let named = |method, model: &Neighbours| Measure {
        method,
        value: hits(&split, model),
        coverage: None,
    };
    let measures = vec![
        named("co-count", &baseline::count(orders, items)),
        named("cosine", &cosine(orders, items)),
        named("RP3beta", &baseline::rp3beta(orders, 0.6, items)),
        named("EASE", &ease(&plain, LAMBDA, items)?),
        named("EASE + recency", &ease(orders, LAMBDA, items)?),
        named("EASE + recency, 200 neighbours", &ease(orders, LAMBDA, KEPT)?),
    ];
    Ok((split.tests.len(), measures))
}

/// Counts in the orders before `split`; for the first item of each later order, asks for the others. Gives the number of
/// orders and ndcg@10.
pub fn complementary(history: &History, split: i64) -> (usize, Vec<Measure>) {
    let split = split_at(history, split);
    let orders = &split.orders;
    let plain = split.history.orders(split.now, f32::INFINITY);
    let found = pairs(&plain, usize::MAX, usize::MAX);
    let lift = Neighbours::new(found.iter().enumerate().map(|(item, pairs)| {
        let bought = orders.by_item[item].len() as f32;
        let mut row: Vec<(u32, f32)> = pairs
            .iter()
            .map(|pair| {
                let other = orders.by_item[pair.item as usize].len() as f32;
                (
                    pair.item,
                    pair.together as f32 * orders.rows.len() as f32 / (bought * other),
                )
            })
            .collect();
        row.sort_by(|a, b| b.1.total_cmp(&a.1));
        row
    }));
    let named = |method, model: &Neighbours| Measure {
        method,
        value: gains(&split, model),
        coverage: None,
    };
    let measures = vec![
        named("lift", &lift),
        named("co-count", &baseline::count(orders, KEPT)),
        named("cosine", &cosine(orders, KEPT)),
        named("confidence x log-lift", &scored(&found)),
        named("confidence x log-lift + recency", &scored(&pairs(orders, LARGE, KEPT))),
    ];
    (split.tests.len(), measures)
}

/// What a shop recommends by: the number of orders, hits of the model of orders, gains of what is bought together.
pub(super) fn served(history: &History, split: i64) -> Result<(usize, f64, f64), EaseError> {
    let split = split_at(history, split);
    let model = ease(&split.orders, LAMBDA, KEPT)?;
    let together = scored(&pairs(&split.orders, LARGE, KEPT));
    Ok((split.tests.len(), hits(&split, &model), gains(&split, &together)))
}

fn scored(found: &[Vec<Pair>]) -> Neighbours {
    let rows = found
        .iter()
        .map(|pairs| pairs.iter().map(|pair| (pair.item, pair.score)).collect());
    Neighbours::new(rows)
}

/// Share of the orders in which the item that was left out is among the first 10.
fn hits(split: &Split, model: &Neighbours) -> f64 {
    let hits = split.tests.par_iter().map_init(
        || vec![0.0f32; model.len()],
        |scores, items| {
            let Some((out, rest)) = items.split_last() else {
                return 0;
            };
            scores.fill(0.0);
            model.add(rest.iter().map(|item| (*item, 1.0)), scores);
            for item in rest {
                scores[*item as usize] = 0.0;
            }
            usize::from(best(scores, 10).iter().any(|(item, _)| item == out))
        },
    );
    hits.sum::<usize>() as f64 / split.tests.len().max(1) as f64
}

/// Mean ndcg@10 of the other items of an order, asked for by one.
fn gains(split: &Split, model: &Neighbours) -> f64 {
    let gains = split.tests.par_iter().map(|items| {
        let Some((query, wanted)) = items.split_first() else {
            return 0.0;
        };
        let shown: Vec<u32> = model.of(*query).iter().take(10).map(|entry| entry.0).collect();
        ndcg_at_10(&shown, wanted)
    });
    // One after the other: the sum of floats depends on the order.
    gains.collect::<Vec<f64>>().iter().sum::<f64>() / split.tests.len().max(1) as f64
}
