//! What is alike by what is written about it: for items that nobody has bought yet.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::neighbours::Neighbours;

/// Shares of all items above which a feature says nothing, as one of so many.
const COMMON: usize = 4;
/// Items that an item is compared with at most, feature by feature: the work grows with the items, not with their square.
pub const LOOKED: usize = 100_000;

/// An item as the features that it has, each with how much it says: words, its category, its attributes.
pub type Features = Vec<(String, f32)>;

/// The best `most` neighbours of each item, by the cosine of its features; what is rare counts more.
pub fn content(items: &[Features], most: usize) -> Neighbours {
    let mut having: BTreeMap<&str, Vec<(u32, f32)>> = BTreeMap::new();
    for (item, features) in items.iter().enumerate() {
        for (feature, weight) in features {
            let rows = having.entry(feature).or_default();
            match rows.last_mut().filter(|row| row.0 == item as u32) {
                Some(row) => row.1 = row.1.max(*weight),
                None => rows.push((item as u32, *weight)),
            }
        }
    }
    let most_common = (items.len() / COMMON).max(50);
    let mut rows: Vec<Vec<(u32, f32)>> = vec![Vec::new(); items.len()];
    let mut columns = Vec::new();
    for having in having.into_values().filter(|having| having.len() > 1) {
        let rarity = (1.0 + items.len() as f32 / having.len() as f32).ln();
        // What nearly all have makes items a little alike, and says nothing.
        if having.len() > most_common {
            continue;
        }
        let column = columns.len() as u32;
        let having: Vec<(u32, f32)> = having
            .into_iter()
            .map(|(item, weight)| (item, weight * rarity))
            .collect();
        for (item, weight) in &having {
            rows[*item as usize].push((column, *weight));
        }
        columns.push(having);
    }
    let length = |row: &Vec<(u32, f32)>| {
        row.iter()
            .map(|(_, w)| w * w)
            .sum::<f32>()
            .sqrt()
            .max(f32::MIN_POSITIVE)
    };
    let lengths: Vec<f32> = rows.iter().map(length).collect();
    let having = |column: u32| columns[column as usize].len();
    // What few have says most, and comes first.
    rows.par_iter_mut()
        .for_each(|row| row.sort_unstable_by_key(|(column, _)| (having(*column), *column)));
    Neighbours::by_row(items.len(), most, |item, sums| {
        let mut looked = 0;
        for (column, weight) in &rows[item as usize] {
            looked += having(*column);
            if looked > LOOKED {
                break;
            }
            for (other, other_weight) in &columns[*column as usize] {
                sums.add(*other, weight * other_weight);
            }
        }
        sums.divide(|other| lengths[item as usize] * lengths[other as usize]);
    })
}
