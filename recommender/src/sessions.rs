//! V-SKNN (Ludewig and Jannach, 2018): an anonymous visit gets what the visits most like it went on to. Kept in memory
//! and told of every event.

use std::collections::{BTreeMap, HashMap, VecDeque};

/// Visits that are compared: the last so many that share an item.
pub const SAMPLE: usize = 1_000;
/// Visits that speak: the so many that are most alike.
pub const NEIGHBOURS: usize = 200;
/// Items of a visit that are looked at, the last ones.
const LENGTH: usize = 30;
/// Items of a visit that are remembered; a program that looks at everything tells nothing.
const REMEMBERED: usize = 200;

/// What visits like one went on to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Next {
    /// The item.
    pub item: u128,
    /// How much speaks for it.
    pub score: f32,
    /// Visits that went on to it.
    pub visits: u32,
    /// Visits that were asked.
    pub of: u32,
}

#[derive(Clone, Debug)]
struct Session {
    /// The number under which items know it: rises with each visit.
    number: u64,
    /// Each once, the last looked at behind.
    items: Vec<u128>,
    last: i64,
}

/// The visits of late.
#[derive(Clone, Debug)]
pub struct Sessions {
    most: usize,
    next: u64,
    by_name: HashMap<u128, Session>,
    by_number: BTreeMap<u64, u128>,
    by_item: HashMap<u128, VecDeque<u128>>,
}

impl Sessions {
    /// Remembers `most` visits, and forgets the oldest beyond.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            next: 0,
            by_name: HashMap::new(),
            by_number: BTreeMap::new(),
            by_item: HashMap::new(),
        }
    }

    /// The number of visits.
    pub fn len(&self) -> usize {
        self.by_name.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// `session` had to do with `item` at `at`.
    pub fn push(&mut self, session: u128, item: u128, at: i64) {
        let entry = self.by_name.entry(session).or_insert_with(|| {
            let number = self.next;
            self.next += 1;
            self.by_number.insert(number, session);
            Session {
                number,
                items: Vec::new(),
                last: at,
            }
        });
        entry.last = entry.last.max(at);
        match entry.items.iter().position(|known| *known == item) {
            Some(place) => {
                entry.items.remove(place);
            }
            None => {
                let having = self.by_item.entry(item).or_default();
                having.push_back(session);
                if having.len() > SAMPLE {
                    having.pop_front();
                }
            }
        }
        entry.items.push(item);
        if entry.items.len() > REMEMBERED {
            let gone = entry.items.remove(0);
            self.leave(gone, session);
        }
        while self.by_name.len() > self.most {
            let Some((_, oldest)) = self.by_number.pop_first() else {
                break;
            };
            self.forget_name(oldest);
        }
    }

    /// Forgets `session`.
    pub fn forget(&mut self, session: u128) {
        self.forget_name(session);
    }

    fn forget_name(&mut self, name: u128) {
        let Some(session) = self.by_name.remove(&name) else {
            return;
        };
        self.by_number.remove(&session.number);
        for item in session.items {
            self.leave(item, name);
        }
    }

    /// `session` has nothing to do with `item` any more.
    fn leave(&mut self, item: u128, session: u128) {
        if let Some(having) = self.by_item.get_mut(&item) {
            having.retain(|other| *other != session);
            if having.is_empty() {
                self.by_item.remove(&item);
            }
        }
    }

    /// The visits that are known to have had to do with `item`.
    pub fn having(&self, item: u128) -> usize {
        self.by_item.get(&item).map_or(0, VecDeque::len)
    }

    /// The items of `session`, the last looked at behind.
    pub fn items(&self, session: u128) -> &[u128] {
        self.by_name.get(&session).map_or(&[], |session| &session.items)
    }

    /// What visits like this one went on to, the best first: those of `seen` are left out. `seen` has the last item behind;
    /// `itself` is the name of the visit, which must not speak for itself.
    pub fn next(&self, seen: &[u128], itself: Option<u128>, most: usize) -> Vec<Next> {
        let seen = &seen[seen.len().saturating_sub(LENGTH)..];
        // How much each counts: the later the more.
        let mut places: BTreeMap<u128, usize> = BTreeMap::new();
        for (place, item) in seen.iter().enumerate() {
            places.insert(*item, place + 1);
        }
        let mut scores: HashMap<u128, (f32, u32)> = HashMap::new();
        let alike = self.alike(&places, seen.len(), itself);
        let of = alike.len() as u32;
        for (similarity, session) in alike {
            let shared = session.items.iter().filter_map(|item| places.get(item));
            let Some(latest) = shared.max() else { continue };
            let steps = seen.len() - latest + 1;
            let says = similarity / steps as f32;
            for item in session.items.iter().filter(|item| !places.contains_key(item)) {
                let entry = scores.entry(*item).or_default();
                entry.0 += says;
                entry.1 += 1;
            }
        }
        let next = |(item, (score, visits))| Next {
            item,
            score,
            visits,
            of,
        };
        let mut found: Vec<Next> = scores.into_iter().map(next).collect();
        found.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.item.cmp(&b.item)));
        found.truncate(most);
        found
    }

    fn alike(&self, places: &BTreeMap<u128, usize>, length: usize, itself: Option<u128>) -> Vec<(f32, &Session)> {
        let mut possible: BTreeMap<u64, &Session> = BTreeMap::new();
        for name in places.keys().filter_map(|item| self.by_item.get(item)).flatten() {
            if Some(*name) != itself
                && let Some(session) = self.by_name.get(name)
            {
                possible.insert(session.number, session);
            }
        }
        let mut possible: Vec<&Session> = possible.into_values().collect();
        possible.sort_by_key(|session| (std::cmp::Reverse(session.last), std::cmp::Reverse(session.number)));
        possible.truncate(SAMPLE);
        let similarity = |session: &Session| {
            let shared: usize = session.items.iter().filter_map(|item| places.get(item)).sum();
            shared as f32 / (length * places.len()).max(1) as f32
        };
        let mut alike: Vec<(f32, &Session)> = possible.into_iter().map(|s| (similarity(s), s)).collect();
        // Stable: of equals the latest.
        alike.sort_by(|a, b| b.0.total_cmp(&a.0));
        alike.truncate(NEIGHBOURS);
        alike
    }
}
