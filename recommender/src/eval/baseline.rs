//! What the models are compared with.

use crate::history::Rows;
use crate::neighbours::Neighbours;
use crate::together::together;

/// How often they are together.
pub(super) fn count(rows: &Rows, most: usize) -> Neighbours {
    Neighbours::by_row(rows.items(), most, |item, sums| together(rows, item, sums))
}

/// RP3beta: a random walk of three steps, with what is popular held back by `beta`.
pub(super) fn rp3beta(rows: &Rows, beta: f32, most: usize) -> Neighbours {
    let sizes: Vec<f32> = rows.by_item.iter().map(|having| having.len() as f32).collect();
    Neighbours::by_row(rows.items(), most, |item, sums| {
        for row in &rows.by_item[item as usize] {
            let row = &rows.rows[*row as usize];
            let step = 1.0 / (sizes[item as usize] * row.items.len() as f32);
            for (other, _) in &row.items {
                sums.add(*other, step);
            }
        }
        sums.divide(|other| sizes[other as usize].powf(beta));
    })
}
