//! What is bought together with an item, counted: numbers that can be shown to people.

use rayon::prelude::*;

use crate::history::Rows;
use crate::sums::Sums;
use crate::together::together;

/// Orders with both items below which nothing is said.
pub const SUPPORT: u32 = 3;

/// An item that is bought together with another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// The other item.
    pub item: u32,
    /// Orders with both.
    pub together: u32,
    /// Confidence times the logarithm of 1 + lift.
    pub score: f32,
}

/// Items of an order above which it says nothing about any two of them: who buys everything buys any two things.
pub const LARGE: usize = 60;

/// The best `most` of each item by confidence x log-lift: P(other | item) · ln(1 + P(other | item) / P(other)), where an
/// order counts as much as its row. Lift alone prefers what is rare; confidence alone what everybody buys. `large`: orders
/// of more items count for nothing; what is said to people are orders all the same.
pub fn pairs(orders: &Rows, large: usize, most: usize) -> Vec<Vec<Pair>> {
    let weight = |row: u32| {
        let row = &orders.rows[row as usize];
        if row.items.len() > large { 0.0 } else { row.weight }
    };
    let total: f32 = (0..orders.rows.len() as u32).map(weight).sum();
    let sum = |rows: &Vec<u32>| rows.iter().map(|row| weight(*row)).sum();
    let bought: Vec<f32> = orders.by_item.iter().map(sum).collect();
    (0..orders.items() as u32)
        .into_par_iter()
        .map_init(
            || (Sums::new(orders.items()), Sums::new(orders.items())),
            |(counts, weights), item| {
                counts.clear();
                weights.clear();
                together(orders, item, counts);
                for row in &orders.by_item[item as usize] {
                    let weight = weight(*row);
                    for (other, _) in &orders.rows[*row as usize].items {
                        weights.add(*other, weight);
                    }
                }
                let found = counts.items().filter(|(_, both)| *both >= SUPPORT as f32);
                let mut found: Vec<Pair> = found
                    .map(|(other, both)| {
                        let confidence = weights.of(other) / bought[item as usize];
                        let lift = confidence * total / bought[other as usize];
                        Pair {
                            item: other,
                            together: both as u32,
                            score: confidence * lift.ln_1p(),
                        }
                    })
                    .filter(|pair| pair.item != item && pair.score > 0.0)
                    .collect();
                found.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.item.cmp(&b.item)));
                found.truncate(most);
                found
            },
        )
        .collect()
}
