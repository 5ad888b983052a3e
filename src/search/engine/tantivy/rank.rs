//! The place of a document in the order: its score, what the shop knows about it, and what staff want.

use std::collections::HashMap;

use entity::{ProductId, TypedId};
use tantivy::DocId;

use super::collect::{Columns, Part, Test};
use super::facets::KeyRanges;
use super::score::Match;
use crate::search::engine::{Curation, Filter, Order, SearchRequest, Target, Tuning, reciprocal};

/// Products that are fused with our own, best first, and what their order counts beside ours.
pub(super) type Also = (f64, Vec<ProductId>);

/// What lifts documents with all words above those with some: more than any sum of word scores.
const ALL_WORDS: f64 = 1000.0;
/// What lifts the product whose SKU was typed.
const SKU: f64 = 5000.0;
/// Scores keep this many steps a unit when they become ranks.
const STEPS: f64 = 100_000.0;
/// Steps of the logarithm of units sold, when nothing is looked for.
const SOLD_STEPS: f64 = 1e10;
/// A product that can be bought stands above those that cannot, when nothing is looked for.
const AVAILABLE: i64 = 1 << 50;
/// Steps of what a hit is worth that several sources rank: that is always below 1.
const FUSED_STEPS: f64 = 1e12;
/// What lifts the product whose SKU was typed above all of these.
const FUSED_SKU: f64 = 1.0;
/// The most that all adjustments together multiply by: ranks stay far below those of pins.
const FACTOR_MAX: f64 = 1_000.0;
/// Where hits stand that staff wants last: below all others, in their own order.
const LAST: i64 = i64::MIN / 2;

/// How hits are ordered.
pub(super) struct Ranking<'a> {
    order: Order,
    browsing: bool,
    words: u32,
    curation: &'a Curation,
    tuning: &'a Tuning,
    /// Worth of all hits, when several sources rank them.
    fused: HashMap<ProductId, f64>,
}

/// The same, for the documents of a segment.
pub(super) struct OfSegment<'a> {
    ranking: &'a Ranking<'a>,
    columns: &'a Columns,
    adjust: Vec<(Test, f32)>,
    curated: bool,
}

impl<'a> Ranking<'a> {
    /// The order that `request` asks for, of documents with some of `words` words, fused with `also`.
    pub(super) fn of(request: &'a SearchRequest, words: usize, also: Vec<Also>, parts: &[Part]) -> Self {
        let mut ranking = Self {
            order: request.order,
            browsing: words == 0,
            words: u32::try_from(words).unwrap_or(u32::MAX),
            curation: &request.curation,
            tuning: &request.tuning,
            fused: HashMap::new(),
        };
        if !also.is_empty() {
            let own = ranking.first(parts);
            let also = also.iter().map(|(weight, list)| (*weight, list.as_slice()));
            ranking.fused = reciprocal(also.chain([(1.0, own.as_slice())]));
        }
        ranking
    }

    /// All of our own hits, best first, before staff lifts or lowers any: that is done once, to what is fused.
    fn first(&self, parts: &[Part]) -> Vec<ProductId> {
        let mut all = Vec::new();
        for part in parts {
            let ranking = OfSegment {
                ranking: self,
                columns: &part.columns,
                adjust: Vec::new(),
                curated: false,
            };
            let ours = part
                .matches
                .iter()
                .filter(|found| found.words > 0 || found.is_sku || self.browsing);
            all.extend(ours.map(|found| {
                let id = std::cmp::Reverse(part.columns.id(found.doc));
                (ranking.by_score(found, 1.0), id)
            }));
        }
        all.sort_unstable_by(|a, b| b.cmp(a));
        let key = |id| ProductId::from_uuid(uuid::Uuid::from_u128(id));
        all.into_iter().map(|(_, std::cmp::Reverse(id))| key(id)).collect()
    }

    pub(super) fn of_segment(&'a self, columns: &'a Columns, ranges: &KeyRanges) -> tantivy::Result<OfSegment<'a>> {
        let curated = self.order == Order::Relevance;
        let mut adjust = Vec::new();
        for one in self.curation.adjust.iter().filter(|_| curated) {
            let filter = match &one.target {
                Target::Products(products) => Filter::Products(products.as_slice().into()),
                Target::Brand(brand) => Filter::Brand(vec![brand.clone()]),
                Target::Category(category) => Filter::Category(vec![*category]),
                Target::Attribute { key, value } => Filter::Attribute {
                    key: key.clone(),
                    values: vec![value.clone()],
                },
            };
            adjust.push((Test::of(&filter, columns, ranges)?, one.factor()));
        }
        Ok(OfSegment {
            ranking: self,
            columns,
            adjust,
            curated,
        })
    }
}

impl OfSegment<'_> {
    /// The rank of a hit: the larger the better.
    pub(super) fn rank(&self, found: &Match) -> i64 {
        let Ranking { curation, fused, .. } = self.ranking;
        if !self.curated {
            return self.by_score(found, 1.0);
        }
        let mut worth = None;
        if !(curation.pins.is_empty() && fused.is_empty()) {
            let product = ProductId::from_uuid(uuid::Uuid::from_u128(self.columns.id(found.doc)));
            if let Some(rank) = curation.pin_rank(product) {
                return rank;
            }
            worth = (!fused.is_empty()).then(|| fused.get(&product).copied().unwrap_or_default());
        }
        let factor = self.factor(found.doc);
        let rank = |factor: f64| match worth {
            Some(worth) => {
                let sku = if found.is_sku { FUSED_SKU } else { 0.0 };
                ((worth * factor + sku) * FUSED_STEPS) as i64
            }
            None => self.by_score(found, factor),
        };
        if factor > 0.0 {
            rank(factor)
        } else {
            LAST.saturating_add(rank(1.0))
        }
    }

    /// What the words of a hit and the shop say, multiplied by `factor`.
    fn by_score(&self, found: &Match, factor: f64) -> i64 {
        let (columns, doc) = (self.columns, found.doc);
        let sold = || columns.sold.first(doc).unwrap_or_default().max(0);
        let available = || columns.available.first(doc).unwrap_or_default() > 0;
        match self.ranking.order {
            Order::Relevance if self.ranking.browsing => {
                let popular = (sold() as f64).ln_1p() * factor;
                i64::from(available()) * AVAILABLE + (popular * SOLD_STEPS) as i64
            }
            Order::Relevance => {
                let tuning = self.ranking.tuning;
                let stock = if available() { 1.0 } else { tuning.sold_out };
                let popular = tuning.popularity * (1.0 + sold() as f64).log10();
                let mut score = (f64::from(found.score) * stock + popular) * factor;
                if found.words.count_ones() >= self.ranking.words {
                    score += ALL_WORDS;
                }
                if found.is_sku {
                    score += SKU;
                }
                (score * STEPS) as i64
            }
            Order::PriceUp => -columns.price.first(doc).unwrap_or(i64::MAX),
            Order::PriceDown => columns.price.first(doc).unwrap_or_default(),
            Order::Newest => columns.created.first(doc).unwrap_or_default(),
            Order::BestSelling => sold(),
        }
    }

    /// What staff multiply the score by.
    fn factor(&self, doc: DocId) -> f64 {
        let applies = self.adjust.iter().filter(|(test, _)| test.passes(self.columns, doc));
        let product: f64 = applies.map(|(_, factor)| f64::from(*factor)).product();
        product.min(FACTOR_MAX)
    }
}
