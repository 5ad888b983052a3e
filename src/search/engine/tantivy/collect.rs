//! One pass over the matching documents: the page, the total and the counts of all facets. A document that fails exactly
//! one filter counts in the facet of that filter and nowhere else, which makes facets disjunctive without a second pass.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use entity::{ProductId, TypedId};
use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocId, SegmentReader};
use uuid::Uuid;

use super::facets::{Counter, KeyRanges, Tally};
use super::rank::Ranking;
use super::schema::{SEPARATOR, column};
use super::score::Match;
use crate::search::engine::{Filter, Hit, SearchRequest};

/// What a pass found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) hits: Vec<Hit>,
    pub(super) total: u64,
    pub(super) prices: Option<(i64, i64)>,
    pub(super) tally: Tally,
}

/// The columns of a segment.
pub(super) struct Columns {
    id_high: Column<u64>,
    id_low: Column<u64>,
    pub(super) price: Column<i64>,
    pub(super) available: Column<u64>,
    pub(super) sold: Column<i64>,
    pub(super) created: Column<i64>,
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

    pub(super) fn id(&self, doc: DocId) -> u128 {
        let half = |column: &Column<u64>| u128::from(column.first(doc).unwrap_or_default());
        (half(&self.id_high) << 64) | half(&self.id_low)
    }
}

/// A filter in the terms of a segment.
pub(super) enum Test {
    Brand(Vec<u64>),
    Category(Vec<u64>),
    Price(Vec<(i64, i64)>),
    Attribute(String, Vec<u64>),
    Products(Vec<u128>),
}

impl Test {
    pub(super) fn of(filter: &Filter, columns: &Columns, ranges: &KeyRanges) -> tantivy::Result<Self> {
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
            Filter::Numbers { key, bands, values } => {
                let mut ords = Vec::new();
                if let (Some((from, to)), Some(column)) = (ranges.of(key), &columns.attribute) {
                    ords = ordinals(columns.attribute.as_ref(), Some((from, to)), values)?;
                    let within = |value: &str| bands.iter().any(|band| band.holds(value));
                    ords.extend(ordinals_where(column, (from, to), within)?);
                    ords.sort_unstable();
                }
                Self::Attribute(key.clone(), ords)
            }
            Filter::Products(ids) => {
                let mut ids: Vec<u128> = ids.iter().map(|id| id.uuid().as_u128()).collect();
                ids.sort_unstable();
                Self::Products(ids)
            }
        })
    }

    pub(super) fn passes(&self, columns: &Columns, doc: DocId) -> bool {
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
    let range = range.unwrap_or((0, column.num_terms() as u64));
    ordinals_where(column, range, |value| wanted.contains(&value.to_lowercase()))
}

/// The ordinals of terms whose value `passes`.
fn ordinals_where(
    column: &StrColumn,
    (from, to): (u64, u64),
    passes: impl Fn(&str) -> bool,
) -> tantivy::Result<Vec<u64>> {
    let mut found = Vec::new();
    let mut term = String::new();
    for ord in from..to {
        if !column.ord_to_str(ord, &mut term)? {
            continue;
        }
        let value = term.split_once(SEPARATOR).map_or(term.as_str(), |(_, value)| value);
        if passes(value) {
            found.push(ord);
        }
    }
    Ok(found)
}

/// A segment with the documents that match, and what is asked about them.
pub(super) struct Part {
    pub(super) columns: Columns,
    pub(super) ranges: Arc<KeyRanges>,
    /// One for each filter, in their order.
    pub(super) tests: Vec<Test>,
    pub(super) matches: Vec<Match>,
}

impl Part {
    /// What matches in `segment`, to be asked about `filters`.
    pub(super) fn of(
        segment: &SegmentReader,
        ranges: Arc<KeyRanges>,
        matches: Vec<Match>,
        filters: &[Filter],
    ) -> tantivy::Result<Self> {
        let columns = Columns::open(segment)?;
        let tests = filters.iter().map(|filter| Test::of(filter, &columns, &ranges));
        Ok(Self {
            tests: tests.collect::<tantivy::Result<_>>()?,
            columns,
            ranges,
            matches,
        })
    }
}

/// Goes through all matches once. Attributes are counted among the facets only when they are wanted.
pub(super) fn collect(
    parts: &[Part],
    request: &SearchRequest,
    ranking: &Ranking<'_>,
    attributes: bool,
) -> tantivy::Result<Found> {
    let after = request
        .after
        .map(|hit| (hit.rank, Reverse(hit.product.uuid().as_u128())));
    let wanted = request.limit + 1;
    // The worst hit of the page stands on top.
    let mut best: BinaryHeap<Reverse<(i64, Reverse<u128>)>> = BinaryHeap::with_capacity(wanted + 1);
    let mut found = Found::default();
    for part in parts {
        let Part {
            columns,
            ranges,
            tests,
            matches,
        } = part;
        let ranking = ranking.of_segment(columns, ranges)?;
        let mut counter = request.facets.then(|| Counter::new(columns, ranges, attributes));
        for found_here in matches {
            let doc = found_here.doc;
            let mut failing = tests.iter().filter(|test| !test.passes(columns, doc));
            let failed = failing.next();
            if failing.next().is_some() {
                continue;
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
                continue;
            }
            found.total += 1;
            if let Some(price) = columns.price.first(doc) {
                let (min, max) = found.prices.unwrap_or((price, price));
                found.prices = Some((min.min(price), max.max(price)));
            }
            let rank = ranking.rank(found_here);
            let full = best.len() >= wanted;
            if full && best.peek().is_some_and(|worst| rank < worst.0.0) {
                continue;
            }
            let key = (rank, Reverse(columns.id(doc)));
            if after.is_some_and(|after| key >= after) {
                continue;
            }
            best.push(Reverse(key));
            if full {
                best.pop();
            }
        }
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
