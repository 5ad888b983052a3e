//! Counting values over hits.

use std::collections::HashMap;
use std::sync::Arc;

use entity::CategoryId;
use tantivy::DocId;
use tantivy::columnar::{Column, StrColumn};

use super::collect::Columns;
use super::schema::SEPARATOR;
use crate::search::engine::{AttributeFacet, Count, Facets, Filter, PriceBand};

/// Attributes that become facets at most.
const ATTRIBUTES_MAX: usize = 12;
/// Values of a facet at most, besides those that are filtered by.
const VALUES_MAX: usize = 20;
/// Values of an attribute that are looked at in a segment, most frequent first.
const VALUES_READ: usize = 500;
/// An attribute with more values than this is less useful as a facet, in proportion.
const VALUES_HANDY: f64 = 40.0;
/// Price bands at most.
const BANDS: usize = 5;

/// Where the values of each attribute stand in the dictionary of a segment.
#[derive(Default)]
pub(super) struct KeyRanges(Vec<(String, u64, u64)>);

impl KeyRanges {
    /// Reads the dictionary through, once a segment.
    pub(super) fn read(column: Option<&StrColumn>) -> tantivy::Result<Self> {
        let mut ranges: Vec<(String, u64, u64)> = Vec::new();
        if let Some(column) = column {
            let mut stream = column.dictionary().stream()?;
            let mut ord = 0;
            while stream.advance() {
                let term = std::str::from_utf8(stream.key()).unwrap_or_default();
                let key = term.split_once(SEPARATOR).map_or(term, |(key, _)| key);
                match ranges.last_mut() {
                    Some(last) if last.0 == key => last.2 = ord + 1,
                    _ => ranges.push((key.to_owned(), ord, ord + 1)),
                }
                ord += 1;
            }
        }
        // Sorted by key and separator, which is not quite by key.
        ranges.sort_unstable();
        Ok(Self(ranges))
    }

    /// The ordinals of `key`: from, and up to.
    pub(super) fn of(&self, key: &str) -> Option<(u64, u64)> {
        let at = self.0.binary_search_by(|(k, ..)| k.as_str().cmp(key)).ok()?;
        self.0.get(at).map(|(_, from, to)| (*from, *to))
    }
}

/// Counts of the terms of a column.
struct TermCounts {
    column: StrColumn,
    counts: Vec<u32>,
}

impl TermCounts {
    fn of(column: Option<&StrColumn>) -> Option<Self> {
        column.map(|column| Self {
            counts: vec![0; column.num_terms()],
            column: column.clone(),
        })
    }

    fn add(&mut self, doc: DocId, wanted: impl Fn(u64) -> bool) {
        for ord in self.column.term_ords(doc) {
            if wanted(ord)
                && let Some(count) = self.counts.get_mut(ord as usize)
            {
                *count += 1;
            }
        }
    }

    /// Ordinals of the range that were counted.
    fn counted(&self, (from, to): (u64, u64)) -> impl Iterator<Item = (u64, u32)> + '_ {
        let range = (from as usize).min(self.counts.len())..(to as usize).min(self.counts.len());
        let start = range.start as u64;
        self.counts[range]
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0)
            .map(move |(i, count)| (start + i as u64, *count))
    }

    fn all(&self) -> (u64, u64) {
        (0, self.counts.len() as u64)
    }

    fn text(&self, ord: u64) -> tantivy::Result<String> {
        let mut text = String::new();
        self.column.ord_to_str(ord, &mut text)?;
        Ok(text)
    }
}

/// Counts in a segment.
pub(super) struct Counter {
    brand: Option<TermCounts>,
    category: Option<TermCounts>,
    attribute: Option<TermCounts>,
    price: Column<i64>,
    prices: Vec<i64>,
    ranges: Arc<KeyRanges>,
}

impl Counter {
    /// Counts everything, or brands and categories alone: attributes are by far the most.
    pub(super) fn new(columns: &Columns, ranges: &Arc<KeyRanges>, attributes: bool) -> Self {
        Self {
            brand: TermCounts::of(columns.brand.as_ref()),
            category: TermCounts::of(columns.category.as_ref()),
            attribute: TermCounts::of(columns.attribute.as_ref().filter(|_| attributes)),
            price: columns.price.clone(),
            prices: Vec::new(),
            ranges: Arc::clone(ranges),
        }
    }

    /// Counts `doc` everywhere.
    pub(super) fn all(&mut self, doc: DocId) {
        self.brand(doc);
        self.category(doc);
        self.price(doc);
        if let Some(attribute) = &mut self.attribute {
            attribute.add(doc, |_| true);
        }
    }

    /// Counts the brand of `doc` alone.
    pub(super) fn brand(&mut self, doc: DocId) {
        if let Some(brand) = &mut self.brand {
            brand.add(doc, |_| true);
        }
    }

    /// Counts the categories of `doc` alone.
    pub(super) fn category(&mut self, doc: DocId) {
        if let Some(category) = &mut self.category {
            category.add(doc, |_| true);
        }
    }

    /// Counts the price of `doc` alone.
    pub(super) fn price(&mut self, doc: DocId) {
        self.prices.extend(self.price.first(doc));
    }

    /// Counts one attribute of `doc` alone.
    pub(super) fn attribute(&mut self, doc: DocId, key: &str) {
        if let (Some(attribute), Some((from, to))) = (&mut self.attribute, self.ranges.of(key)) {
            attribute.add(doc, |ord| (from..to).contains(&ord));
        }
    }
}

/// How often an attribute was counted, and with how many values.
#[derive(Clone, Copy, Default)]
struct Usage {
    counted: u64,
    values: u64,
}

impl Usage {
    /// How well the attribute tells hits apart: many of them have it, with few values.
    fn usefulness(self) -> f64 {
        let (counted, values) = (self.counted as f64, self.values as f64);
        let repeated = 1.0 - values / counted;
        counted * repeated * (VALUES_HANDY / values).min(1.0)
    }
}

/// Counts of all segments.
#[derive(Default)]
pub(super) struct Tally {
    brands: HashMap<String, u64>,
    categories: HashMap<String, u64>,
    prices: Vec<i64>,
    attributes: Vec<(TermCounts, Arc<KeyRanges>)>,
    usage: HashMap<String, Usage>,
}

impl Tally {
    /// Adds a segment.
    pub(super) fn add(&mut self, counter: Counter) -> tantivy::Result<()> {
        for (sums, counts) in [
            (&mut self.brands, counter.brand),
            (&mut self.categories, counter.category),
        ] {
            let Some(counts) = counts else { continue };
            for (ord, count) in counts.counted(counts.all()) {
                *sums.entry(counts.text(ord)?).or_default() += u64::from(count);
            }
        }
        self.prices.extend(counter.prices);
        if let Some(counts) = counter.attribute {
            for (key, from, to) in &counter.ranges.0 {
                let (mut counted, mut values) = (0, 0);
                for (_, count) in counts.counted((*from, *to)) {
                    counted += u64::from(count);
                    values += 1;
                }
                if counted > 0 {
                    let usage = self.usage.entry(key.clone()).or_default();
                    usage.counted += counted;
                    usage.values = usage.values.max(values);
                }
            }
            self.attributes.push((counts, counter.ranges));
        }
        Ok(())
    }

    /// The counts of all brands and of all categories.
    pub(super) fn names(self) -> (HashMap<String, u64>, HashMap<String, u64>) {
        (self.brands, self.categories)
    }

    /// The facets. What is filtered by is always among them.
    pub(super) fn facets(mut self, filters: &[Filter]) -> tantivy::Result<Facets> {
        let (mut brands, mut categories) = (Vec::new(), Vec::new());
        let mut filtered = Vec::new();
        for filter in filters {
            match filter {
                Filter::Brand(values) => brands.clone_from(values),
                Filter::Category(ids) => categories = ids.iter().map(ToString::to_string).collect(),
                Filter::Attribute { key, values } | Filter::Numbers { key, values, .. } => {
                    filtered.push((key.as_str(), values.as_slice()));
                }
                Filter::Price(_) | Filter::Products(_) => {}
            }
        }
        let mut attributes = Vec::new();
        for key in self.keys(&filtered) {
            let kept = filtered
                .iter()
                .find(|(k, _)| *k == key)
                .map_or(&[][..], |(_, values)| values);
            let values = top(self.values(&key)?, kept);
            attributes.push(AttributeFacet { key, values });
        }
        let categories = top(self.categories, &categories)
            .into_iter()
            .filter_map(|c| {
                let value: CategoryId = c.value.parse().ok()?;
                Some(Count { value, count: c.count })
            })
            .collect();
        self.prices.sort_unstable();
        Ok(Facets {
            brands: top(self.brands, &brands),
            categories,
            prices: bands(&self.prices),
            attributes,
        })
    }

    /// The attributes that are filtered by, then the most useful ones.
    fn keys(&self, filtered: &[(&str, &[String])]) -> Vec<String> {
        let mut keys: Vec<String> = filtered.iter().map(|(key, _)| (*key).to_owned()).collect();
        let mut useful: Vec<(&String, f64)> = self
            .usage
            .iter()
            .filter(|(key, usage)| usage.values > 1 && !keys.contains(key))
            .map(|(key, usage)| (key, usage.usefulness()))
            .filter(|(_, usefulness)| *usefulness > 0.0)
            .collect();
        useful.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        let room = ATTRIBUTES_MAX.saturating_sub(keys.len());
        let more: Vec<String> = useful.into_iter().take(room).map(|(key, _)| key.clone()).collect();
        keys.extend(more);
        keys
    }

    fn values(&self, key: &str) -> tantivy::Result<HashMap<String, u64>> {
        let mut values: HashMap<String, u64> = HashMap::new();
        for (counts, ranges) in &self.attributes {
            let Some(range) = ranges.of(key) else { continue };
            let mut counted: Vec<_> = counts.counted(range).collect();
            counted.sort_unstable_by_key(|(ord, count)| (std::cmp::Reverse(*count), *ord));
            for (ord, count) in counted.into_iter().take(VALUES_READ) {
                let text = counts.text(ord)?;
                let value = text.split_once(SEPARATOR).map_or(text.as_str(), |(_, value)| value);
                *values.entry(value.to_owned()).or_default() += u64::from(count);
            }
        }
        Ok(values)
    }
}

/// The most frequent values, and those of `kept` whatever their count.
fn top(values: HashMap<String, u64>, kept: &[String]) -> Vec<Count<String>> {
    let is_kept = |value: &str| kept.iter().any(|k| k.trim().to_lowercase() == value.to_lowercase());
    let mut missing: Vec<String> = kept.to_vec();
    missing.retain(|k| !values.keys().any(|v| v.to_lowercase() == k.trim().to_lowercase()));
    let mut values: Vec<_> = values
        .into_iter()
        .map(|(value, count)| Count { value, count })
        .collect();
    values.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    let mut room = VALUES_MAX;
    values.retain(|v| {
        let fits = room > 0;
        room = room.saturating_sub(1);
        fits || is_kept(&v.value)
    });
    values.extend(missing.into_iter().map(|value| Count { value, count: 0 }));
    values
}

/// Bands that hold about as many of the sorted `prices` each, with ends that people would choose.
fn bands(prices: &[i64]) -> Vec<Count<PriceBand>> {
    let (Some(first), Some(last)) = (prices.first(), prices.last()) else {
        return Vec::new();
    };
    let mut starts: Vec<i64> = (1..BANDS)
        .filter_map(|i| prices.get(prices.len() * i / BANDS))
        .map(|price| round(*price))
        .filter(|start| first < start && start <= last)
        .collect();
    starts.dedup();
    let ends = starts.iter().map(|start| Some(start - 1)).chain([None]);
    let starts = [None].into_iter().chain(starts.iter().copied().map(Some));
    starts
        .zip(ends)
        .map(|(gte, lte)| {
            let from = gte.map_or(0, |gte| prices.partition_point(|p| *p < gte));
            let to = lte.map_or(prices.len(), |lte| prices.partition_point(|p| *p <= lte));
            Count {
                value: PriceBand { gte, lte },
                count: (to - from) as u64,
            }
        })
        .filter(|band| band.count > 0)
        .collect()
}

/// `price` rounded to 1, 2, 3, 5 or 7 and zeros.
fn round(price: i64) -> i64 {
    let mut unit: i64 = 1;
    while unit.saturating_mul(10) <= price {
        unit = unit.saturating_mul(10);
    }
    let best = [1, 2, 3, 5, 7, 10]
        .into_iter()
        .map(|n: i64| n.saturating_mul(unit))
        .min_by_key(|n| n.abs_diff(price));
    best.unwrap_or(price)
}
