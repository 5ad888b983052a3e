//! What is bought together with an item, counted: numbers that can be shown to people.

use rayon::prelude::*;

use crate::history::Rows;
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
    /// Confidence times the logarithm of lift.
    pub score: f32,
}

/// The best `most` of each item by confidence x log-lift: P(other | item) · ln(P(other | item) / P(other)). Lift alone
/// prefers what is rare; confidence alone what everybody buys.
pub fn pairs(orders: &Rows, most: usize) -> Vec<Vec<Pair>> {
    let total = orders.rows.len() as f32;
    let bought: Vec<f32> = orders.by_item.iter().map(|rows| rows.len() as f32).collect();
    (0..orders.items() as u32)
        .into_par_iter()
        .map_init(
            || vec![0.0f32; orders.items()],
            |counts, item| {
                counts.fill(0.0);
                together(orders, item, counts);
                counts[item as usize] = 0.0;
                let found = counts.iter().enumerate().filter(|(_, both)| **both >= SUPPORT as f32);
                let mut found: Vec<Pair> = found
                    .map(|(other, both)| {
                        let confidence = both / bought[item as usize];
                        let lift = confidence * total / bought[other];
                        Pair {
                            item: other as u32,
                            together: *both as u32,
                            score: confidence * lift.ln(),
                        }
                    })
                    .filter(|pair| pair.score > 0.0)
                    .collect();
                found.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.item.cmp(&b.item)));
                found.truncate(most);
                found
            },
        )
        .collect()
}
