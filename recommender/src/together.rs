//! Items that come in the same rows.

use crate::history::Rows;
use crate::neighbours::Neighbours;

/// Adds up the rows that `item` shares with each.
pub fn together(rows: &Rows, item: u32, scores: &mut [f32]) {
    for row in &rows.by_item[item as usize] {
        for (other, _) in &rows.rows[*row as usize].items {
            scores[*other as usize] += 1.0;
        }
    }
}

/// The best `most` neighbours of each item by the rows that both are in, over the root of how many each is in.
pub fn cosine(rows: &Rows, most: usize) -> Neighbours {
    let sizes: Vec<f32> = rows.by_item.iter().map(|having| having.len() as f32).collect();
    Neighbours::by_row(rows.items(), most, |item, scores| {
        together(rows, item, scores);
        for (other, score) in scores.iter_mut().enumerate().filter(|(_, score)| **score > 0.0) {
            *score /= (sizes[item as usize] * sizes[other]).sqrt();
        }
    })
}
