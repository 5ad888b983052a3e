//! Items that come in the same rows.

use crate::history::Rows;
use crate::neighbours::Neighbours;
use crate::sums::Sums;

/// Adds up the rows that `item` shares with each.
pub fn together(rows: &Rows, item: u32, sums: &mut Sums) {
    for row in &rows.by_item[item as usize] {
        for (other, _) in &rows.rows[*row as usize].items {
            sums.add(*other, 1.0);
        }
    }
}

/// The best `most` neighbours of each item by the rows that both are in, over the root of how many each is in.
pub fn cosine(rows: &Rows, most: usize) -> Neighbours {
    let sizes: Vec<f32> = rows.by_item.iter().map(|having| having.len() as f32).collect();
    Neighbours::by_row(rows.items(), most, |item, sums| {
        together(rows, item, sums);
        sums.divide(|other| (sizes[item as usize] * sizes[other as usize]).sqrt());
    })
}
