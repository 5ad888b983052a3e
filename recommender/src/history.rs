//! Who bought what together, and when.

use std::collections::BTreeMap;

/// Seconds of a day.
pub const DAY: i64 = 86_400;

/// What one order held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Basket {
    /// Who bought it, when known.
    pub customer: Option<u32>,
    /// When, in seconds since 1970.
    pub at: i64,
    /// The items, each once, in the order of the lines.
    pub items: Vec<u32>,
}

/// What was bought in a window of time.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The orders.
    pub baskets: Vec<Basket>,
    /// Items are numbered below this.
    pub items: usize,
    /// Customers are numbered below this.
    pub customers: usize,
}

/// What one customer, or one order, has to do with items.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// How much the row counts.
    pub weight: f32,
    /// The items, each once, sorted, with the time of the last purchase.
    pub items: Vec<(u32, i64)>,
}

/// Items of a visit above which it says nothing: a program looks at everything.
pub const VISIT_MAX: usize = 200;

/// What visits looked at, told in any order.
#[derive(Clone, Debug, Default)]
pub struct Visited(BTreeMap<u128, BTreeMap<u32, i64>>);

impl Visited {
    /// `visit` had to do with `item` at `at`.
    pub fn add(&mut self, visit: u128, item: u32, at: i64) {
        let items = self.0.entry(visit).or_default();
        // One more than may be is remembered, and no others: so it is known, and takes no memory.
        if items.len() <= VISIT_MAX {
            let last = items.entry(item).or_insert(at);
            *last = at.max(*last);
        }
    }

    /// A row a visit, but for those of more than [`VISIT_MAX`] items.
    pub fn rows(self) -> Vec<Row> {
        let few = self.0.into_values().filter(|items| items.len() <= VISIT_MAX);
        let row = |items: BTreeMap<u32, i64>| Row {
            weight: 1.0,
            items: items.into_iter().collect(),
        };
        few.map(row).collect()
    }
}

/// A sparse matrix of rows by items, readable both ways.
#[derive(Clone, Debug)]
pub struct Rows {
    /// The rows.
    pub rows: Vec<Row>,
    /// For each item, the rows that have it, sorted.
    pub by_item: Vec<Vec<u32>>,
}

impl Rows {
    /// Indexes `rows` by item.
    pub fn new(rows: Vec<Row>, items: usize) -> Self {
        let mut by_item = vec![Vec::new(); items];
        for (index, row) in rows.iter().enumerate() {
            for (item, _) in &row.items {
                by_item[*item as usize].push(index as u32);
            }
        }
        Self { rows, by_item }
    }

    /// The number of items.
    pub fn items(&self) -> usize {
        self.by_item.len()
    }
}

impl History {
    /// A row a customer, by number; empty where nothing is known of one. Every row counts the same.
    pub fn customers(&self) -> Rows {
        let mut rows = vec![
            Row {
                weight: 1.0,
                items: Vec::new()
            };
            self.customers
        ];
        for basket in &self.baskets {
            if let Some(customer) = basket.customer {
                let items = basket.items.iter().map(|item| (*item, basket.at));
                rows[customer as usize].items.extend(items);
            }
        }
        for row in &mut rows {
            // The last purchase of an item stands first, and is the one that is kept.
            row.items.sort_unstable_by(|a, b| (a.0, b.1).cmp(&(b.0, a.1)));
            row.items.dedup_by_key(|entry| entry.0);
        }
        Rows::new(rows, self.items)
    }

    /// A row an order. One that is `half_life` days older than `now` counts half.
    pub fn orders(&self, now: i64, half_life: f32) -> Rows {
        let row = |basket: &Basket| Row {
            weight: decay(now - basket.at, half_life),
            items: basket.items.iter().map(|item| (*item, basket.at)).collect(),
        };
        Rows::new(self.baskets.iter().map(row).collect(), self.items)
    }

    /// The number of different customers that bought each item.
    pub fn buyers(&self) -> Vec<u32> {
        let counts = self.customers().by_item;
        counts.iter().map(|rows| rows.len() as u32).collect()
    }

    /// Those that `keep` says, renumbered from 0 in order; baskets that lose all items are gone. With the old numbers.
    pub fn keep(&self, keep: impl Fn(u32) -> bool) -> (Self, Vec<u32>) {
        let kept: Vec<u32> = (0..self.items as u32).filter(|item| keep(*item)).collect();
        let mut place = vec![u32::MAX; self.items];
        for (new, old) in kept.iter().enumerate() {
            place[*old as usize] = new as u32;
        }
        let baskets = self.baskets.iter().filter_map(|basket| {
            let items = basket.items.iter().map(|item| place[*item as usize]);
            let items: Vec<u32> = items.filter(|item| *item != u32::MAX).collect();
            (!items.is_empty()).then_some(Basket { items, ..*basket })
        });
        let history = Self {
            baskets: baskets.collect(),
            items: kept.len(),
            customers: self.customers,
        };
        (history, kept)
    }

    /// The orders from `from` on and before `to`.
    pub fn between(&self, from: i64, to: i64) -> Self {
        let baskets = self.baskets.iter().filter(|basket| (from..to).contains(&basket.at));
        Self {
            baskets: baskets.cloned().collect(),
            items: self.items,
            customers: self.customers,
        }
    }

    /// The time of the last order.
    pub fn last(&self) -> Option<i64> {
        self.baskets.iter().map(|basket| basket.at).max()
    }
}

/// What is left after `age` seconds of what halves every `half_life` days. What is yet to come counts in full.
pub fn decay(age: i64, half_life: f32) -> f32 {
    (-(age.max(0) as f32) / (DAY as f32 * half_life)).exp2()
}
