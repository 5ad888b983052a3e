//! For each item those that it speaks for, with how much.

use std::cmp::Ordering;

use rayon::prelude::*;

use crate::sums::Sums;

/// For each item so many others, the strongest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Neighbours {
    starts: Vec<usize>,
    entries: Vec<(u32, f32)>,
}

impl Neighbours {
    /// Of `rows`, one an item.
    pub fn new(rows: impl IntoIterator<Item = Vec<(u32, f32)>>) -> Self {
        let (mut starts, mut entries) = (vec![0], Vec::new());
        for row in rows {
            entries.extend(row);
            starts.push(entries.len());
        }
        Self { starts, entries }
    }

    /// Made by `row`, which adds up a score for each item; the best `most` stay. An item is not its own neighbour.
    pub fn by_row(items: usize, most: usize, row: impl Fn(u32, &mut Sums) + Sync) -> Self {
        let rows: Vec<_> = (0..items as u32)
            .into_par_iter()
            .map_init(
                || Sums::new(items),
                |sums, item| {
                    sums.clear();
                    row(item, sums);
                    sums.best(item, most)
                },
            )
            .collect();
        Self::new(rows)
    }

    /// The number of items.
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Whether there are no items.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The neighbours of `item`, the strongest first; none of one that is not known.
    pub fn of(&self, item: u32) -> &[(u32, f32)] {
        let item = item as usize;
        match (self.starts.get(item), self.starts.get(item + 1)) {
            (Some(start), Some(end)) => &self.entries[*start..*end],
            _ => &[],
        }
    }

    /// The same for items that are numbered otherwise: the item of `new` at a place had the place as its number, and there
    /// are `items` now.
    #[must_use]
    pub fn renumbered(&self, new: &[u32], items: usize) -> Self {
        let mut rows: Vec<Vec<(u32, f32)>> = vec![Vec::new(); items];
        for (old, item) in new.iter().enumerate() {
            let row = self.of(old as u32).iter();
            rows[*item as usize] = row.map(|(other, score)| (new[*other as usize], *score)).collect();
        }
        Self::new(rows)
    }

    /// Adds to `scores` what each of `known` items says, times its weight.
    pub fn add(&self, known: impl IntoIterator<Item = (u32, f32)>, scores: &mut [f32]) {
        for (item, weight) in known {
            for (other, score) in self.of(item) {
                scores[*other as usize] += weight * score;
            }
        }
    }
}

/// The places of the `most` scores that are farthest from zero, the highest first.
pub fn strongest(scores: &[f32], most: usize) -> Vec<(u32, f32)> {
    let there = scores.iter().enumerate().filter(|(_, score)| **score != 0.0);
    let mut found: Vec<(u32, f32)> = there.map(|(item, score)| (item as u32, *score)).collect();
    if found.len() > most {
        if most == 0 {
            return Vec::new();
        }
        let farther = |a: &(u32, f32), b: &(u32, f32)| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0));
        found.select_nth_unstable_by(most - 1, farther);
        found.truncate(most);
    }
    found.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    found
}

/// The places of the highest `most` scores above zero, the highest first; of equals the first.
pub fn best(scores: &[f32], most: usize) -> Vec<(u32, f32)> {
    let above = scores.iter().enumerate().filter(|(_, score)| **score > 0.0);
    first(above.map(|(item, score)| (item as u32, *score)).collect(), most)
}

/// The highest `most` of `found`, the highest first; of equals the first item.
pub(crate) fn first(mut found: Vec<(u32, f32)>, most: usize) -> Vec<(u32, f32)> {
    if found.len() > most {
        if most == 0 {
            return Vec::new();
        }
        found.select_nth_unstable_by(most - 1, order);
        found.truncate(most);
    }
    found.sort_unstable_by(order);
    found
}

/// The highest first; of equals the first item.
fn order(a: &(u32, f32), b: &(u32, f32)) -> Ordering {
    b.1.total_cmp(&a.1).then(a.0.cmp(&b.0))
}
