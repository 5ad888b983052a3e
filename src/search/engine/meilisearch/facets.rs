//! Facets from the counts that Meilisearch gives.

use std::collections::HashMap;

use entity::CategoryId;
use uuid::Uuid;

use super::document::SEPARATOR;
use crate::search::engine::{AttributeFacet, Count, Facets, Filter, PriceBand};

/// Attributes that become facets at most.
const ATTRIBUTES_MAX: usize = 12;
/// Values of a facet at most, besides those that are filtered by.
const VALUES_MAX: usize = 20;
/// An attribute with more values than this is less useful as a facet, in proportion.
const VALUES_HANDY: f64 = 40.0;
/// Price bands at most.
const BANDS: usize = 5;
/// Where bands may begin: these, and these with zeros.
const STEPS: [i64; 5] = [7, 5, 3, 2, 1];

/// Counts of the values of a field.
pub(super) type Counts = HashMap<String, usize>;

/// Counts of each facet, each without the filter of its own.
#[derive(Default)]
pub(super) struct Counted {
    pub(super) brands: Counts,
    pub(super) categories: Counts,
    /// By the step below the price.
    pub(super) steps: Counts,
    /// By key and value.
    pub(super) attributes: Counts,
    /// Those of an attribute that is filtered by, by key and value.
    pub(super) filtered: Vec<(String, Counts)>,
}

/// The greatest amount at or below `price` where a band may begin: 1, 2, 3, 5 or 7 and zeros.
pub(super) fn step_below(price: i64) -> i64 {
    let mut unit: i64 = 1;
    while unit.saturating_mul(10) <= price {
        unit = unit.saturating_mul(10);
    }
    let mut steps = STEPS.into_iter().map(|n| n.saturating_mul(unit));
    steps.find(|step| *step <= price).unwrap_or_default()
}

impl Counted {
    /// The facets. What is filtered by is always among them.
    pub(super) fn facets(self, filters: &[Filter]) -> Facets {
        let (mut brands, mut categories): (&[String], Vec<String>) = (&[], Vec::new());
        for filter in filters {
            match filter {
                Filter::Brand(values) => brands = values,
                Filter::Category(ids) => categories = ids.iter().map(|id| super::document::hex(*id)).collect(),
                Filter::Products(_) | Filter::Price(_) | Filter::Attribute { .. } | Filter::Numbers { .. } => {}
            }
        }
        let categories = top(self.categories, &categories)
            .into_iter()
            .filter_map(|c| {
                let value = CategoryId(Uuid::parse_str(&c.value).ok()?);
                Some(Count { value, count: c.count })
            })
            .collect();
        Facets {
            brands: top(self.brands, brands),
            categories,
            prices: bands(&self.steps),
            attributes: attributes(self.attributes, self.filtered, filters),
        }
    }
}

/// The attributes that are filtered by, then those that tell hits apart best.
fn attributes(counts: Counts, filtered: Vec<(String, Counts)>, filters: &[Filter]) -> Vec<AttributeFacet> {
    let chosen = |key: &str| {
        filters.iter().find_map(|filter| match filter {
            Filter::Attribute { key: k, values } if k == key => Some(values.as_slice()),
            _ => None,
        })
    };
    let mut known = by_key(counts);
    let mut facets: Vec<AttributeFacet> = Vec::new();
    for (key, counts) in filtered {
        known.remove(&key);
        let values = by_key(counts).remove(&key).unwrap_or_default();
        let values = top(values, chosen(&key).unwrap_or_default());
        facets.push(AttributeFacet { key, values });
    }
    let mut useful: Vec<(f64, String, Counts)> = known
        .into_iter()
        .map(|(key, values)| (usefulness(&values), key, values))
        .filter(|(usefulness, ..)| *usefulness > 0.0)
        .collect();
    useful.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let room = ATTRIBUTES_MAX.saturating_sub(facets.len());
    facets.extend(useful.into_iter().take(room).map(|(_, key, values)| AttributeFacet {
        key,
        values: top(values, &[]),
    }));
    facets
}

/// Counts of the values of each attribute.
fn by_key(counts: Counts) -> HashMap<String, Counts> {
    let mut keys: HashMap<String, Counts> = HashMap::new();
    for (both, count) in counts {
        if let Some((key, value)) = both.split_once(SEPARATOR) {
            keys.entry(key.to_owned()).or_default().insert(value.to_owned(), count);
        }
    }
    keys
}

/// How well an attribute tells hits apart: many of them have it, with few values.
fn usefulness(values: &Counts) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let (counted, values) = (values.values().sum::<usize>() as f64, values.len() as f64);
    counted * (1.0 - values / counted) * (VALUES_HANDY / values).min(1.0)
}

/// The most frequent values, and those of `kept` whatever their count.
pub(super) fn top(values: Counts, kept: &[String]) -> Vec<Count<String>> {
    let same = |a: &str, b: &str| a.trim().to_lowercase() == b.trim().to_lowercase();
    let mut missing: Vec<String> = kept.to_vec();
    missing.retain(|k| !values.keys().any(|v| same(k, v)));
    let mut values: Vec<Count<String>> = values
        .into_iter()
        .map(|(value, count)| Count {
            value,
            count: count as u64,
        })
        .collect();
    values.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    let mut room = VALUES_MAX;
    values.retain(|v| {
        let fits = room > 0;
        room = room.saturating_sub(1);
        fits || kept.iter().any(|k| same(k, &v.value))
    });
    values.extend(missing.into_iter().map(|value| Count { value, count: 0 }));
    values
}

/// Bands that hold about as many hits each, and begin where people would let them.
fn bands(steps: &Counts) -> Vec<Count<PriceBand>> {
    // Numbers come back as texts.
    let read = |(step, count): (&String, &usize)| Some((step.parse::<f64>().ok()? as i64, *count as u64));
    let mut steps: Vec<(i64, u64)> = steps.iter().filter_map(read).collect();
    steps.sort_unstable();
    let total: u64 = steps.iter().map(|(_, count)| count).sum();
    let mut bands: Vec<Count<PriceBand>> = Vec::new();
    let mut before = 0;
    for (step, count) in steps {
        let wanted = bands.len() as u64 * total / BANDS as u64;
        match bands.last_mut() {
            Some(last) if before < wanted || last.count == 0 => last.count += count,
            last => {
                if let Some(last) = last {
                    last.value.lte = Some(step - 1);
                }
                let gte = (before > 0).then_some(step);
                let value = PriceBand { gte, lte: None };
                bands.push(Count { value, count });
            }
        }
        before += count;
    }
    bands
}
