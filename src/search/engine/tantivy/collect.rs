//! One pass over the matching documents: the page, the total and the counts of all facets. A document that fails exactly
//! one filter counts in the facet of that filter and nowhere else, which makes facets disjunctive without a second pass.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use entity::{ProductId, TypedId};
use tantivy::columnar::{Column, StrColumn};
use tantivy::query::{EnableScoring, Query};
use tantivy::{DocId, Searcher, SegmentReader};
use uuid::Uuid;

use super::facets::{Counter, KeyRanges, Tally};
use super::schema::{SEPARATOR, column};
use crate::search::engine::{Filter, Hit, Order, SearchRequest};

/// How much a sold-out product loses.
const SOLD_OUT: f32 = 0.95;
/// What a tenfold of units sold adds to a score.
const POPULARITY: f32 = 0.02;
/// Scores keep this many steps a unit when they become ranks.
const STEPS: f32 = 100_000.0;

/// What a pass found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) hits: Vec<Hit>,
    pub(super) total: u64,
    /// Documents that match the words, whatever the filters say.
    pub(super) matching: u64,
    pub(super) prices: Option<(i64, i64)>,
    pub(super) tally: Tally,
}

/// The columns of a segment.
pub(super) struct Columns {
    id_high: Column<u64>,
    id_low: Column<u64>,
    pub(super) price: Column<i64>,
    available: Column<u64>,
    sold: Column<i64>,
    created: Column<i64>,
    pub(super) brand: Option<StrColumn>,
    pub(super) category: Option<StrColumn>,
    pub(super) attribute: Option<StrColumn>,
}

impl Columns {
    fn open(segment: &SegmentReader) -> tantivy::Result<Self> {
        let fast = segment.fast_fields();
        Ok(Self {
            id_high: fast.u64(column::ID_HIGH)?,
            id_low: fast.u64(column::ID_LOW)?,
            price: fast.i64(column::PRICE)?,
            available: fast.u64(column::AVAILABLE)?,
            sold: fast.i64(column::SOLD)?,
            created: fast.i64(column::CREATED)?,
            brand: fast.str(column::BRAND)?,
            category: fast.str(column::CATEGORY)?,
            attribute: fast.str(column::ATTRIBUTE)?,
        })
    }

    fn id(&self, doc: DocId) -> u128 {
        let half = |column: &Column<u64>| u128::from(column.first(doc).unwrap_or_default());
        (half(&self.id_high) << 64) | half(&self.id_low)
    }

    fn rank(&self, doc: DocId, score: f32, order: Order, browsing: bool) -> i64 {
        let sold = || self.sold.first(doc).unwrap_or_default().max(0);
        let available = || self.available.first(doc).unwrap_or_default() > 0;
        match order {
            Order::Relevance if browsing => (i64::from(available()) << 48) + sold().min((1 << 48) - 1),
            Order::Relevance => {
                let stock = if available() { 1.0 } else { SOLD_OUT };
                let popular = POPULARITY * (1.0 + sold() as f32).log10();
                ((score * stock + popular) * STEPS) as i64
            }
            Order::PriceUp => -self.price.first(doc).unwrap_or(i64::MAX),
            Order::PriceDown => self.price.first(doc).unwrap_or_default(),
            Order::Newest => self.created.first(doc).unwrap_or_default(),
            Order::BestSelling => sold(),
        }
    }
}

/// A filter in the terms of a segment.
enum Test {
    Brand(Vec<u64>),
    Category(Vec<u64>),
    Price(Vec<(i64, i64)>),
    Attribute(String, Vec<u64>),
    Products(Vec<u128>),
}

impl Test {
    fn of(filter: &Filter, columns: &Columns, ranges: &KeyRanges) -> tantivy::Result<Self> {
        Ok(match filter {
            Filter::Brand(brands) => Self::Brand(ordinals(columns.brand.as_ref(), None, brands)?),
            Filter::Category(ids) => {
                let mut ords = Vec::new();
                if let Some(column) = &columns.category {
                    for id in ids {
                        ords.extend(column.dictionary().term_ord(id.to_string())?);
                    }
                }
                ords.sort_unstable();
                Self::Category(ords)
            }
            Filter::Price(bands) => {
                let ends = bands
                    .iter()
                    .map(|b| (b.gte.unwrap_or(i64::MIN), b.lte.unwrap_or(i64::MAX)));
                Self::Price(ends.collect())
            }
            Filter::Attribute { key, values } => {
                let ords = match ranges.of(key) {
                    Some(range) => ordinals(columns.attribute.as_ref(), Some(range), values)?,
                    None => Vec::new(),
                };
                Self::Attribute(key.clone(), ords)
            }
            Filter::Products(ids) => {
                let mut ids: Vec<u128> = ids.iter().map(|id| id.uuid().as_u128()).collect();
                ids.sort_unstable();
                Self::Products(ids)
            }
        })
    }

    fn passes(&self, columns: &Columns, doc: DocId) -> bool {
        let any = |column: Option<&StrColumn>, ords: &[u64]| {
            column.is_some_and(|c| !ords.is_empty() && c.term_ords(doc).any(|ord| ords.binary_search(&ord).is_ok()))
        };
        match self {
            Self::Brand(ords) => any(columns.brand.as_ref(), ords),
            Self::Category(ords) => any(columns.category.as_ref(), ords),
            Self::Price(bands) => {
                let price = columns.price.first(doc);
                price.is_some_and(|price| bands.iter().any(|(min, max)| (*min..=*max).contains(&price)))
            }
            Self::Attribute(_, ords) => any(columns.attribute.as_ref(), ords),
            Self::Products(ids) => ids.binary_search(&columns.id(doc)).is_ok(),
        }
    }
}

/// The ordinals of terms that end in one of `values`, whatever the case.
fn ordinals(column: Option<&StrColumn>, range: Option<(u64, u64)>, values: &[String]) -> tantivy::Result<Vec<u64>> {
    let Some(column) = column else { return Ok(Vec::new()) };
    let wanted: Vec<String> = values.iter().map(|v| v.trim().to_lowercase()).collect();
    let (from, to) = range.unwrap_or((0, column.num_terms() as u64));
    let mut found = Vec::new();
    let mut term = String::new();
    for ord in from..to {
        if !column.ord_to_str(ord, &mut term)? {
            continue;
        }
        let value = term.split_once(SEPARATOR).map_or(term.as_str(), |(_, value)| value);
        if wanted.contains(&value.to_lowercase()) {
            found.push(ord);
        }
    }
    Ok(found)
}

/// Runs `query` and collects what `request` wants.
pub(super) fn collect(
    searcher: &Searcher,
    query: &dyn Query,
    request: &SearchRequest,
    browsing: bool,
    ranges: impl Fn(&SegmentReader) -> tantivy::Result<std::sync::Arc<KeyRanges>>,
) -> tantivy::Result<Found> {
    let weight = if browsing {
        query.weight(EnableScoring::disabled_from_searcher(searcher))?
    } else {
        query.weight(EnableScoring::enabled_from_searcher(searcher))?
    };
    let after = request
        .after
        .map(|hit| (hit.rank, Reverse(hit.product.uuid().as_u128())));
    let wanted = request.limit + 1;
    // The worst hit of the page stands on top.
    let mut best: BinaryHeap<Reverse<(i64, Reverse<u128>)>> = BinaryHeap::with_capacity(wanted + 1);
    let mut found = Found::default();
    for segment in searcher.segment_readers() {
        let columns = Columns::open(segment)?;
        let ranges = ranges(segment)?;
        let tests: Vec<Test> = request
            .filters
            .iter()
            .map(|filter| Test::of(filter, &columns, &ranges))
            .collect::<tantivy::Result<_>>()?;
        let mut counter = request.facets.then(|| Counter::new(&columns, &ranges));
        let alive = segment.alive_bitset();
        weight.for_each(segment, &mut |doc, score| {
            if alive.is_some_and(|alive| !alive.is_alive(doc)) {
                return;
            }
            found.matching += 1;
            let mut failed = None;
            for test in &tests {
                if !test.passes(&columns, doc) {
                    if failed.is_some() {
                        return;
                    }
                    failed = Some(test);
                }
            }
            match (failed, &mut counter) {
                (Some(Test::Brand(_)), Some(counter)) => counter.brand(doc),
                (Some(Test::Category(_)), Some(counter)) => counter.category(doc),
                (Some(Test::Price(..)), Some(counter)) => counter.price(doc),
                (Some(Test::Attribute(key, _)), Some(counter)) => counter.attribute(doc, key),
                (None, Some(counter)) => counter.all(doc),
                (Some(Test::Products(_)), Some(_)) | (_, None) => {}
            }
            if failed.is_some() {
                return;
            }
            found.total += 1;
            if let Some(price) = columns.price.first(doc) {
                let (min, max) = found.prices.unwrap_or((price, price));
                found.prices = Some((min.min(price), max.max(price)));
            }
            let rank = columns.rank(doc, score, request.order, browsing);
            let full = best.len() >= wanted;
            if full && best.peek().is_some_and(|worst| rank < worst.0.0) {
                return;
            }
            let key = (rank, Reverse(columns.id(doc)));
            if after.is_some_and(|after| key >= after) {
                return;
            }
            best.push(Reverse(key));
            if full {
                best.pop();
            }
        })?;
        if let Some(counter) = counter {
            found.tally.add(counter)?;
        }
    }
    let sorted = best.into_sorted_vec();
    found.hits = sorted
        .into_iter()
        .map(|Reverse((rank, Reverse(id)))| Hit {
            product: ProductId(Uuid::from_u128(id)),
            rank,
        })
        .collect();
    Ok(found)
}
