//! A list, composed: which candidates, in which order, with which limits. Pure.

use std::collections::{HashMap, HashSet};

use entity::{CategoryId, ProductId};

use crate::recommendation::reason::{Reason, Strategy};
use crate::recommendation::rule::Effect;

/// How much less a candidate of a later step scores than one of the step before.
const STEP: f32 = 0.8;
/// How much less each scores than the one before it, at least.
const FALL: f32 = 0.999;

/// What a list is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Intent {
    /// Instead of it: much alike.
    Related,
    /// Along with it.
    Complementary,
    /// For this shopper.
    Personal,
    /// What many buy now.
    Trending,
    /// What was looked at or bought lately.
    Recent,
}

impl Intent {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Related,
        Self::Complementary,
        Self::Personal,
        Self::Trending,
        Self::Recent,
    ];

    /// Its name in tokens and rules.
    pub fn name(self) -> &'static str {
        match self {
            Self::Related => "related",
            Self::Complementary => "complementary",
            Self::Personal => "personal",
            Self::Trending => "trending",
            Self::Recent => "recent",
        }
    }

    /// The intent of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|intent| intent.name() == name)
    }

    /// Whether the list is about many things, so that one category must not fill it.
    pub fn is_diverse(self) -> bool {
        !matches!(self, Self::Related | Self::Recent)
    }
}

/// Something that could be shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// The product.
    pub product: ProductId,
    /// How much speaks for it, beside others of its step.
    pub score: f32,
    /// What found it.
    pub strategy: Strategy,
    /// Why.
    pub reason: Reason,
}

/// What a channel shows of a product.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shown {
    /// Its category.
    pub category: Option<CategoryId>,
    /// Whether it can be bought now.
    pub available: bool,
}

/// A recommended product.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pick {
    /// The product.
    pub product: ProductId,
    /// How well it fits, from 0 to 1; falls with each.
    pub score: f32,
    /// What found it.
    pub strategy: Strategy,
    /// Why.
    pub reason: Reason,
}

/// What limits a list.
#[derive(Debug)]
pub struct Limits<'a> {
    /// What the channel shows.
    pub shown: &'a HashMap<ProductId, Shown>,
    /// The categories of each category: itself and those above it.
    pub above: &'a HashMap<CategoryId, Vec<CategoryId>>,
    /// What is not to be shown: what it is for, what is in the cart, what the shopper has.
    pub without: &'a HashSet<ProductId>,
    /// What staff wants.
    pub effect: &'a Effect,
    /// Products of one category at most, before those of others have had their turn.
    pub most_of_a_category: Option<usize>,
    /// Products at most.
    pub first: usize,
}

/// Leaves the best of `steps` in them, so many as are not in `without`; gives all where there are more. Where the rest
/// [`fills`] a list, and no rule boosts, the list is as it would be of all.
pub fn behead(steps: &mut [Vec<Candidate>], without: &HashSet<ProductId>, most: usize) -> Option<Vec<Vec<Candidate>>> {
    if steps.iter().map(Vec::len).sum::<usize>() <= most {
        return None;
    }
    let whole = steps.to_vec();
    let mut left = most;
    for step in steps {
        // As a list is composed: stable.
        step.sort_by(|a, b| b.score.total_cmp(&a.score));
        let mut kept = 0;
        while kept < step.len() && left > 0 {
            left -= usize::from(!without.contains(&step[kept].product));
            kept += 1;
        }
        step.truncate(kept);
    }
    Some(whole)
}

/// Whether `steps` fill a list before anything that would stand behind them is looked at.
pub fn fills(steps: &[Vec<Candidate>], limits: &Limits<'_>) -> bool {
    in_turn(steps, limits).0.len() >= limits.first
}

/// The best of `steps`: a later step fills what the earlier ones leave. What cannot be bought is not shown.
pub fn compose(steps: &[Vec<Candidate>], limits: &Limits<'_>) -> Vec<Pick> {
    let (mut picked, rest) = in_turn(steps, limits);
    picked.extend(rest);
    let mut picks: Vec<Pick> = picked
        .into_iter()
        .map(|(candidate, score)| pick(candidate, score))
        .collect();
    pin(&mut picks, limits);
    picks.truncate(limits.first);
    let mut last = 1.0 / FALL;
    for pick in &mut picks {
        pick.score = pick.score.min(last * FALL).clamp(0.0, 1.0);
        last = pick.score;
    }
    picks
}

/// Candidates with what they score in the list.
type Scored = Vec<(Candidate, f32)>;

/// What may be shown of `steps` in its order, and what must wait because there is enough of its category.
fn in_turn(steps: &[Vec<Candidate>], limits: &Limits<'_>) -> (Scored, Scored) {
    let mut seen = HashSet::new();
    let mut fitting: Scored = Vec::new();
    // A step that found nothing makes the next one no worse.
    for (step, candidates) in steps.iter().filter(|step| !step.is_empty()).enumerate() {
        let mut allowed: Vec<Candidate> = candidates.iter().filter_map(|c| limits.allowed(c)).collect();
        // Stable: a boost moves what it boosts, and nothing else.
        allowed.sort_by(|a, b| b.score.total_cmp(&a.score));
        let best = allowed.first().map_or(1.0, |c| c.score).max(f32::MIN_POSITIVE);
        for candidate in allowed {
            if seen.insert(candidate.product) {
                fitting.push((candidate, candidate.score / best * STEP.powi(step as i32)));
            }
        }
    }
    let (mut picked, mut rest) = (Vec::new(), Vec::new());
    let mut of_category: HashMap<Option<CategoryId>, usize> = HashMap::new();
    for (candidate, score) in fitting {
        let category = limits.shown.get(&candidate.product).and_then(|shown| shown.category);
        let count = of_category.entry(category).or_default();
        *count += 1;
        if limits.most_of_a_category.is_none_or(|most| *count <= most) {
            picked.push((candidate, score));
        } else {
            rest.push((candidate, score));
        }
    }
    (picked, rest)
}

fn pick(candidate: Candidate, score: f32) -> Pick {
    Pick {
        product: candidate.product,
        score,
        strategy: candidate.strategy,
        reason: candidate.reason,
    }
}

/// Puts what staff pinned into its place. What cannot be bought, or must not be shown here, is not pinned either: an
/// exclusion is stronger than a pin.
fn pin(picks: &mut Vec<Pick>, limits: &Limits<'_>) {
    for (place, product) in &limits.effect.pins {
        if !limits.allows(*product) {
            continue;
        }
        picks.retain(|pick| pick.product != *product);
        let place = (*place).min(picks.len());
        let pinned = Pick {
            product: *product,
            score: 1.0,
            strategy: Strategy::Pinned,
            reason: Reason::Chosen,
        };
        picks.insert(place, pinned);
    }
}

impl Limits<'_> {
    /// The category of a product that is shown, with those above it.
    fn categories(&self, product: ProductId) -> &[CategoryId] {
        let category = self.shown.get(&product).and_then(|shown| shown.category);
        let above = category.and_then(|category| self.above.get(&category));
        above.map_or(&[][..], Vec::as_slice)
    }

    /// Whether a product may be shown.
    fn allows(&self, product: ProductId) -> bool {
        self.shown.get(&product).is_some_and(|shown| shown.available)
            && !self.without.contains(&product)
            && !self.effect.excludes(product, self.categories(product))
    }

    /// The candidate with what staff makes of its score, unless it must not be shown.
    fn allowed(&self, candidate: &Candidate) -> Option<Candidate> {
        let factor = || {
            self.effect
                .factor(candidate.product, self.categories(candidate.product))
        };
        self.allows(candidate.product).then(|| Candidate {
            score: candidate.score * factor(),
            ..*candidate
        })
    }
}
