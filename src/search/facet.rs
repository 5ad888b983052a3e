//! Facets as clients show them.

use crate::catalog::CategoryTree;
use crate::platform::money::{Currency, Money};
use crate::search::engine::{Facets, Filter, PriceBand};
use crate::search::filter::{BRAND, CATEGORY, COLLECTION, FilterInput, PRICE};

/// What a facet's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FacetKind {
    /// Texts.
    Values,
    /// Ranges of prices.
    PriceRange,
}

/// A way to narrow the hits.
#[derive(Clone, Debug)]
pub struct Facet {
    /// Its name in filters.
    pub key: String,
    /// Its name for people.
    pub label: String,
    /// What its values are.
    pub kind: FacetKind,
    /// Its values.
    pub values: Vec<FacetValue>,
}

/// A value of a facet.
#[derive(Clone, Debug)]
pub struct FacetValue {
    /// The value.
    pub value: String,
    /// The value for people.
    pub label: String,
    /// Hits that have it, were the facet's own filter not there.
    pub count: u64,
    /// Whether it is filtered by.
    pub selected: bool,
    /// The filter to send for it.
    pub input: FilterInput,
}

/// The facets of an answer: category, brand, price, then attributes by usefulness. `names` are those of attributes.
pub(super) fn facets(
    facets: Facets,
    filters: &[Filter],
    tree: &CategoryTree,
    currency: Currency,
    names: &[(String, String)],
) -> Vec<Facet> {
    let mut shown = vec![
        Facet {
            key: CATEGORY.to_owned(),
            label: "Category".to_owned(),
            kind: FacetKind::Values,
            values: facets
                .categories
                .iter()
                .filter_map(|c| {
                    let category = tree.get(c.value)?;
                    let selected = filters
                        .iter()
                        .any(|f| matches!(f, Filter::Category(ids) if ids.contains(&c.value)));
                    let label = category.name.clone();
                    Some(text_value(CATEGORY, category.slug.clone(), label, c.count, selected))
                })
                .collect(),
        },
        Facet {
            key: BRAND.to_owned(),
            label: "Brand".to_owned(),
            kind: FacetKind::Values,
            values: facets
                .brands
                .into_iter()
                .map(|c| {
                    let selected = filters
                        .iter()
                        .any(|f| matches!(f, Filter::Brand(brands) if holds(brands, &c.value)));
                    text_value(BRAND, c.value.clone(), c.value, c.count, selected)
                })
                .collect(),
        },
        Facet {
            key: PRICE.to_owned(),
            label: "Price".to_owned(),
            kind: FacetKind::PriceRange,
            values: facets
                .prices
                .into_iter()
                .map(|c| {
                    let selected = filters
                        .iter()
                        .any(|f| matches!(f, Filter::Price(bands) if bands.contains(&c.value)));
                    price_value(c.value, currency, c.count, selected)
                })
                .collect(),
        },
    ];
    for facet in facets.attributes {
        // A filter of that name would mean the other thing.
        if [BRAND, CATEGORY, COLLECTION, PRICE].contains(&facet.key.as_str()) {
            continue;
        }
        let chosen = filters.iter().find_map(|f| match f {
            Filter::Attribute { key, values } | Filter::Numbers { key, values, .. } if *key == facet.key => {
                Some(values)
            }
            _ => None,
        });
        let name = names.iter().find(|(key, _)| *key == facet.key).map(|(_, name)| name);
        let values = facet.values.into_iter().map(|c| {
            let selected = chosen.is_some_and(|values| holds(values, &c.value));
            text_value(&facet.key, c.value.clone(), c.value, c.count, selected)
        });
        shown.push(Facet {
            values: values.collect(),
            label: name.unwrap_or(&facet.key).clone(),
            kind: FacetKind::Values,
            key: facet.key.clone(),
        });
    }
    shown.retain(|facet| !facet.values.is_empty());
    shown
}

fn holds(values: &[String], value: &str) -> bool {
    let value = value.to_lowercase();
    values.iter().any(|v| v.trim().to_lowercase() == value)
}

fn text_value(key: &str, value: String, label: String, count: u64, selected: bool) -> FacetValue {
    FacetValue {
        input: FilterInput {
            key: key.to_owned(),
            values: vec![value.clone()],
            range: None,
        },
        value,
        label,
        count,
        selected,
    }
}

fn price_value(band: PriceBand, currency: Currency, count: u64, selected: bool) -> FacetValue {
    let shown = |minor: i64| Money::new(minor, currency).formatted("en");
    let decimal = |minor: Option<i64>| minor.map(|minor| Money::new(minor, currency).decimal());
    let (gte, lte) = (decimal(band.gte), decimal(band.lte));
    let label = match (band.gte, band.lte) {
        (Some(gte), Some(lte)) => format!("{} – {}", shown(gte), shown(lte)),
        (Some(gte), None) => format!("≥ {}", shown(gte)),
        (None, Some(lte)) => format!("≤ {}", shown(lte)),
        (None, None) => "*".to_owned(),
    };
    FacetValue {
        value: format!(
            "{}-{}",
            gte.as_deref().unwrap_or_default(),
            lte.as_deref().unwrap_or_default()
        ),
        label,
        count,
        selected,
        input: FilterInput {
            key: PRICE.to_owned(),
            values: Vec::new(),
            range: Some((gte, lte)),
        },
    }
}
