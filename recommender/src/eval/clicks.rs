//! For a visit: the next click on something not seen before, from the clicks so far.

use std::collections::HashMap;

use crate::eval::Measure;
use crate::sessions::Sessions;

/// A click of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Click {
    /// The visit.
    pub session: u128,
    /// What was clicked.
    pub item: u128,
    /// When.
    pub at: i64,
}

/// Clicks before `split` are learnt from. Those of visits that begin behind it are asked for one after the other, each
/// told to the model when it has been asked for. Clicks come in the order of time. Gives the number of clicks and the share
/// that was among the first 20.
pub fn next_click(clicks: &[Click], split: i64) -> (usize, Vec<Measure>) {
    let mut sessions = Sessions::new(usize::MAX);
    let mut rules = Rules::default();
    let mut seen: HashMap<u128, Vec<u128>> = HashMap::new();
    let (mut asked, mut by_rules, mut by_sessions) = (0usize, 0usize, 0usize);
    for click in clicks {
        let begun = seen.contains_key(&click.session);
        let so_far = seen.entry(click.session).or_default();
        if begun && click.at >= split && !so_far.contains(&click.item) {
            asked += 1;
            let shown = sessions.next(so_far, Some(click.session), 20);
            by_sessions += usize::from(shown.iter().any(|next| next.item == click.item));
            let shown = rules.next(so_far, 20);
            by_rules += usize::from(shown.iter().any(|(item, _)| *item == click.item));
        }
        sessions.push(click.session, click.item, click.at);
        rules.push(so_far, click.item);
        so_far.retain(|item| *item != click.item);
        so_far.push(click.item);
    }
    let measure = |method, hits: usize| Measure {
        method,
        value: hits as f64 / asked.max(1) as f64,
        coverage: None,
    };
    let measures = vec![measure("association rules", by_rules), measure("V-SKNN", by_sessions)];
    (asked, measures)
}

/// Who was in a visit with the last item, counted.
#[derive(Default)]
struct Rules(HashMap<u128, HashMap<u128, f32>>);

impl Rules {
    fn push(&mut self, so_far: &[u128], item: u128) {
        for other in so_far.iter().filter(|other| **other != item) {
            *self.0.entry(*other).or_default().entry(item).or_default() += 1.0;
            *self.0.entry(item).or_default().entry(*other).or_default() += 1.0;
        }
    }

    fn next(&self, so_far: &[u128], most: usize) -> Vec<(u128, f32)> {
        let last = so_far.last().and_then(|last| self.0.get(last));
        let counts = last.into_iter().flatten();
        let mut found: Vec<(u128, f32)> = counts
            .map(|(item, count)| (*item, *count))
            .filter(|(item, _)| !so_far.contains(item))
            .collect();
        found.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.truncate(most);
        found
    }
}
