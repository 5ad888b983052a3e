//! Sums for items of which few have one: what has none costs nothing, however many there are.

use crate::neighbours::first;

/// A sum an item.
#[derive(Clone, Debug, Default)]
pub struct Sums {
    all: Vec<f32>,
    there: Vec<u32>,
}

impl Sums {
    /// Without any, for items that are numbered below `items`.
    pub fn new(items: usize) -> Self {
        Self {
            all: vec![0.0; items],
            there: Vec::new(),
        }
    }

    /// Forgets them.
    pub fn clear(&mut self) {
        for item in self.there.drain(..) {
            self.all[item as usize] = 0.0;
        }
    }

    /// Adds to the sum of `item`. Sums only grow: what is not above zero is left out.
    pub fn add(&mut self, item: u32, value: f32) {
        if value > 0.0 {
            let sum = &mut self.all[item as usize];
            if *sum == 0.0 {
                self.there.push(item);
            }
            *sum += value;
        }
    }

    /// The sum of `item`.
    pub fn of(&self, item: u32) -> f32 {
        self.all[item as usize]
    }

    /// The items with a sum.
    pub fn items(&self) -> impl Iterator<Item = (u32, f32)> + '_ {
        self.there.iter().map(|item| (*item, self.all[*item as usize]))
    }

    /// Divides each by what `by` says of its item.
    pub fn divide(&mut self, by: impl Fn(u32) -> f32) {
        for item in &self.there {
            self.all[*item as usize] /= by(*item);
        }
    }

    /// The `most` highest but that of `itself`, the highest first; of equals the first item.
    pub fn best(&self, itself: u32, most: usize) -> Vec<(u32, f32)> {
        let others = self.items().filter(|(item, sum)| *item != itself && *sum > 0.0);
        first(others.collect(), most)
    }
}
