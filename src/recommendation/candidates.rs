//! Candidates of a list, step by step, from memory alone. Pure.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::recommendation::recommendation_neighbours::NeighbourKind;
use entity::{CategoryId, ChannelId, ProductId, TypedId};
use recommender::history::decay;
use recommender::sessions::Next;

use crate::recommendation::memory::{Present, Trend};
use crate::recommendation::model::{Knowledge, Said};
use crate::recommendation::reason::{Reason, Strategy};
use crate::recommendation::slot::{Candidate, Intent};
use crate::recommendation::surface::{Facts, Slot};

/// Candidates of a step at most: enough to lose many to what cannot be bought.
pub const MOST: usize = 120;
/// Days after which a purchase says half.
const HALF_LIFE: f32 = 90.0;
/// How much what is written counts beside what the same visits looked at.
const WRITTEN: f32 = 0.6;

/// The steps of a list: a later one fills what the earlier ones leave. An experiment may put a strategy first.
pub fn steps(
    present: &Present,
    channel: ChannelId,
    slot: &Slot,
    facts: &Facts,
    next: Vec<Candidate>,
    now: DateTime<Utc>,
) -> Vec<Vec<Candidate>> {
    let knowledge = present.knowledge.as_deref();
    let personal = || knowledge.map(|k| personal(k, facts, now)).unwrap_or_default();
    let similar = || knowledge.map(|k| similar(k, &facts.anchors)).unwrap_or_default();
    let together = || knowledge.map(|k| together(k, &facts.anchors)).unwrap_or_default();
    let basket = || knowledge.map(|k| basket(k, facts)).unwrap_or_default();
    let trending = || trending(present, channel, None);
    let of = |strategy: Strategy| match strategy {
        Strategy::Personal => personal(),
        Strategy::Session => next.clone(),
        Strategy::Similar => similar(),
        Strategy::Together => together(),
        Strategy::Basket => basket(),
        Strategy::Trending => trending(),
        Strategy::Recent => recent(facts, now),
        _ => Vec::new(),
    };
    let complementary = match facts.anchors.len() {
        0 | 1 => [Strategy::Together, Strategy::Basket],
        _ => [Strategy::Basket, Strategy::Together],
    };
    let [first, second] = complementary;
    let plan: Vec<Strategy> = match slot.intent {
        Intent::Related => vec![Strategy::Similar],
        Intent::Complementary => vec![first, second, Strategy::Trending],
        Intent::Personal => vec![Strategy::Personal, Strategy::Session, first, second, Strategy::Trending],
        Intent::Trending => vec![Strategy::Trending],
        Intent::Recent => vec![
            Strategy::Recent,
            Strategy::Personal,
            Strategy::Session,
            first,
            second,
            Strategy::Trending,
        ],
    };
    let tried = slot.strategy.into_iter();
    let plan = tried.chain(plan.into_iter().filter(|strategy| Some(*strategy) != slot.strategy));
    let mut steps: Vec<Vec<Candidate>> = plan.map(of).collect();
    // What many buy of the category comes before what many buy of all.
    if matches!(slot.intent, Intent::Trending | Intent::Complementary)
        && let Some(category) = facts.categories.last()
        && let Some(all) = steps.len().checked_sub(1)
    {
        steps.insert(all, self::trending(present, channel, Some(*category)));
    }
    steps
}

/// By what the customer bought, the latest the more.
fn personal(knowledge: &Knowledge, facts: &Facts, now: DateTime<Utc>) -> Vec<Candidate> {
    let bought = facts.bought.iter();
    let known: Vec<(ProductId, f32)> = bought
        .map(|(product, at)| (*product, decay((now - *at).num_seconds(), HALF_LIFE)))
        .collect();
    let candidate = |said: Said| Candidate {
        product: said.product,
        score: said.score,
        strategy: Strategy::Personal,
        reason: Reason::Bought {
            because: said.because,
            share: percent(said.share),
        },
    };
    let said = knowledge.say(NeighbourKind::Customers, &scaled(known), MOST);
    said.into_iter().map(candidate).collect()
}

/// So that the last purchase counts in full, however long ago it was: the order is the same, and nothing becomes 0.
fn scaled(mut known: Vec<(ProductId, f32)>) -> Vec<(ProductId, f32)> {
    let most = known.iter().map(|entry| entry.1).fold(0.0, f32::max);
    for entry in &mut known {
        entry.1 = if most > 0.0 { entry.1 / most } else { 1.0 };
    }
    known
}

/// By the orders that held the anchors.
fn basket(knowledge: &Knowledge, facts: &Facts) -> Vec<Candidate> {
    let known: Vec<(ProductId, f32)> = facts.anchors.iter().map(|product| (*product, 1.0)).collect();
    let said = knowledge.say(NeighbourKind::Baskets, &known, MOST);
    let candidate = |said: Said| {
        let (because, share) = (said.because, percent(said.share));
        Candidate {
            product: said.product,
            score: said.score,
            strategy: Strategy::Basket,
            reason: match facts.is_cart {
                true => Reason::Cart { because, share },
                false => Reason::Goes { with: because, share },
            },
        }
    };
    said.into_iter().map(candidate).collect()
}

/// By the counted orders that held an anchor too.
fn together(knowledge: &Knowledge, anchors: &[ProductId]) -> Vec<Candidate> {
    let known: Vec<(ProductId, f32)> = anchors.iter().map(|product| (*product, 1.0)).collect();
    let candidate = |said: Said| Candidate {
        product: said.product,
        score: said.score,
        strategy: Strategy::Together,
        reason: Reason::Together {
            with: said.because,
            count: said.together,
            of: knowledge.orders(said.because),
        },
    };
    let said = knowledge.say(NeighbourKind::Pairs, &known, MOST);
    said.into_iter().map(candidate).collect()
}

/// By what is written about the anchors, and by what the visits looked at that looked at them.
fn similar(knowledge: &Knowledge, anchors: &[ProductId]) -> Vec<Candidate> {
    let known: Vec<(ProductId, f32)> = anchors.iter().map(|product| (*product, 1.0)).collect();
    let mut found: HashMap<ProductId, Candidate> = HashMap::new();
    for said in knowledge.say(NeighbourKind::Content, &known, MOST) {
        found.insert(
            said.product,
            Candidate {
                product: said.product,
                score: WRITTEN * said.score,
                strategy: Strategy::Similar,
                reason: Reason::Similar {
                    to: said.because,
                    percent: percent(said.score),
                },
            },
        );
    }
    for said in knowledge.say(NeighbourKind::Views, &known, MOST) {
        let score = (1.0 - WRITTEN) * said.score;
        let viewed = Candidate {
            product: said.product,
            score,
            strategy: Strategy::Similar,
            reason: Reason::Viewed {
                with: said.because,
                count: said.together,
            },
        };
        found
            .entry(said.product)
            .and_modify(|known| {
                if score > known.score {
                    known.reason = viewed.reason;
                }
                known.score += score;
            })
            .or_insert(viewed);
    }
    let mut found: Vec<Candidate> = found.into_values().collect();
    found.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.product.cmp(&b.product)));
    found.truncate(MOST);
    found
}

/// What many bought lately, of a category or of all.
fn trending(present: &Present, channel: ChannelId, category: Option<CategoryId>) -> Vec<Candidate> {
    let trends = present.trends.of.get(&channel);
    let candidate = |trend: &Trend| Candidate {
        product: trend.product,
        score: trend.score,
        strategy: Strategy::Trending,
        reason: Reason::Trending(trend.buyers, present.trends.until),
    };
    let fitting = trends.into_iter().flatten();
    let fitting = fitting.filter(|trend| category.is_none() || trend.category == category);
    fitting.take(MOST).map(candidate).collect()
}

/// What the shopper looked at lately, and then bought.
fn recent(facts: &Facts, now: DateTime<Utc>) -> Vec<Candidate> {
    let seen = facts.seen.iter().map(|product| (*product, Reason::Seen));
    let bought = facts.bought.iter();
    let bought = bought.map(|(product, at)| (*product, Reason::BoughtAgo((now - *at).num_days().max(0))));
    let candidate = |(place, (product, reason))| Candidate {
        product,
        score: 1.0 / (1.0 + place as f32),
        strategy: Strategy::Recent,
        reason,
    };
    seen.chain(bought).take(MOST).enumerate().map(candidate).collect()
}

/// What visits like this one went on to.
pub fn session(next: &[Next]) -> Vec<Candidate> {
    let candidate = |next: &Next| Candidate {
        product: ProductId::from_uuid(uuid::Uuid::from_u128(next.item)),
        score: next.score,
        strategy: Strategy::Session,
        reason: Reason::Visits {
            count: next.visits,
            of: next.of,
        },
    };
    next.iter().map(candidate).collect()
}

fn percent(share: f32) -> u8 {
    (share.clamp(0.0, 1.0) * 100.0).round() as u8
}
