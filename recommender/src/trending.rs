//! What many buy now.

use std::collections::BTreeMap;

use crate::history::{DAY, decay};

/// Days that count.
pub const DAYS: i64 = 60;
/// Days after which a buyer counts half.
const HALF_LIFE: f32 = 14.0;

/// A purchase of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purchase {
    /// The item.
    pub item: u32,
    /// Who bought it: a buyer counts once an item.
    pub buyer: u64,
    /// When.
    pub at: i64,
}

/// An item that is bought.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trend {
    /// The item.
    pub item: u32,
    /// Different buyers in the last [`DAYS`].
    pub buyers: u32,
    /// Different buyers, the later the more.
    pub score: f32,
}

/// The items by their buyers in the [`DAYS`] before `now`, the most wanted first.
pub fn trending(purchases: impl IntoIterator<Item = Purchase>, now: i64) -> Vec<Trend> {
    let mut last: BTreeMap<(u32, u64), i64> = BTreeMap::new();
    for purchase in purchases {
        if purchase.at > now - DAYS * DAY && purchase.at <= now {
            let at = last.entry((purchase.item, purchase.buyer)).or_insert(purchase.at);
            *at = purchase.at.max(*at);
        }
    }
    let mut trends: Vec<Trend> = Vec::new();
    for ((item, _), at) in last {
        let score = decay(now - at, HALF_LIFE);
        match trends.last_mut().filter(|trend| trend.item == item) {
            Some(trend) => {
                trend.buyers += 1;
                trend.score += score;
            }
            None => trends.push(Trend { item, buyers: 1, score }),
        }
    }
    trends.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.item.cmp(&b.item)));
    trends
}
