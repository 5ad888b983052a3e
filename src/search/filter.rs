//! Filters as clients send them, as the engine takes them, and as the database does.

use entity::CategoryId;

use crate::catalog::{self, CategoryTree};
use crate::platform::locale::{Message, message};
use crate::platform::money::{AmountError, Currency, Money};
use crate::search::engine::{Filter, NumberBand, PriceBand};
use crate::search::language::tokens;
use crate::search::words::Typed;

/// The key of the brand facet.
pub const BRAND: &str = "brand";
/// The key of the category facet.
pub const CATEGORY: &str = "category";
/// The key of the price facet.
pub const PRICE: &str = "price";
/// The key of the filter by collection, which no facet offers.
pub const COLLECTION: &str = "collection";
/// Filters in a search at most.
const FILTERS_MAX: usize = 50;
/// Words that the database looks for at most.
const WORDS_MAX: usize = 8;
/// Values of a filter at most.
const VALUES_MAX: usize = 100;

/// A filter as facets offer it: `brand`, `category`, `collection` (slugs or ids) and attributes take values, `price` and
/// attributes that are numbers take a range.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilterInput {
    /// The facet.
    pub key: String,
    /// Any of these.
    pub values: Vec<String>,
    /// Between these amounts or numbers, both ends included.
    pub range: Option<(Option<String>, Option<String>)>,
}

/// Reads filters; those of one key become one, of which any value will do.
///
/// # Errors
/// What is wrong, for people.
pub(super) fn parse(inputs: &[FilterInput], tree: &CategoryTree, currency: Currency) -> Result<Vec<Filter>, Message> {
    if inputs.len() > FILTERS_MAX || inputs.iter().any(|input| input.values.len() > VALUES_MAX) {
        return Err(message!("search-filters", max = FILTERS_MAX, values = VALUES_MAX));
    }
    let mut filters: Vec<Filter> = Vec::new();
    for (i, input) in inputs.iter().enumerate() {
        let only_values = [BRAND, CATEGORY, COLLECTION].contains(&input.key.as_str());
        let wants_range = input.key == PRICE || (!only_values && input.range.is_some());
        if wants_range != input.range.is_some() || wants_range != input.values.is_empty() {
            let wanted = if wants_range { "range" } else { "values" };
            let reason = message!("search-filter-takes", key = input.key.as_str(), wanted = wanted);
            return Err(message!("at", place = format!("filters.{i}"), reason = reason));
        }
        let filter = match input.key.as_str() {
            "" => {
                return Err(message!(
                    "at",
                    place = format!("filters.{i}.key"),
                    reason = message!("not-empty")
                ));
            }
            BRAND => Filter::Brand(input.values.clone()),
            CATEGORY => Filter::Category(input.values.iter().filter_map(|v| category(tree, v)).collect()),
            PRICE => Filter::Price(vec![band(i, input, currency)?]),
            // What they hold stands in the database: see `collection::members`.
            COLLECTION => continue,
            key if wants_range => Filter::Numbers {
                key: key.to_owned(),
                bands: vec![numbers(i, input)?],
                values: Vec::new(),
            },
            key => Filter::Attribute {
                key: key.to_owned(),
                values: input.values.clone(),
            },
        };
        if !filters.iter_mut().any(|known| join(known, &filter)) {
            filters.push(filter);
        }
    }
    Ok(filters)
}

fn category(tree: &CategoryTree, value: &str) -> Option<CategoryId> {
    let by_slug = tree.by_slug(value).map(|category| category.id);
    by_slug.or_else(|| value.parse().ok())
}

fn band(i: usize, input: &FilterInput, currency: Currency) -> Result<PriceBand, Message> {
    let (gte, lte) = input.range.clone().unwrap_or_default();
    let amount = |field: &str, value: Option<String>| {
        let parse = |text: String| Money::parse(&text, currency).map(|money| money.minor);
        let wrong = |e: AmountError| message!("at", place = format!("filters.{i}.range.{field}"), reason = e.message());
        value.map(parse).transpose().map_err(wrong)
    };
    Ok(PriceBand {
        gte: amount("gte", gte)?,
        lte: amount("lte", lte)?,
    })
}

fn numbers(i: usize, input: &FilterInput) -> Result<NumberBand, Message> {
    let (gte, lte) = input.range.clone().unwrap_or_default();
    let number = |field: &str, value: Option<String>| {
        let wrong = || {
            message!(
                "at",
                place = format!("filters.{i}.range.{field}"),
                reason = message!("amount-malformed")
            )
        };
        value.map(|text| NumberBand::steps(&text).ok_or_else(wrong)).transpose()
    };
    Ok(NumberBand {
        gte: number("gte", gte)?,
        lte: number("lte", lte)?,
    })
}

/// Adds `other` to `known` when both filter by the same key.
fn join(known: &mut Filter, other: &Filter) -> bool {
    match (known, other) {
        (Filter::Brand(known), Filter::Brand(other)) => known.extend_from_slice(other),
        (Filter::Category(known), Filter::Category(other)) => known.extend_from_slice(other),
        (Filter::Price(known), Filter::Price(other)) => known.extend_from_slice(other),
        (
            Filter::Attribute { key, values },
            Filter::Attribute {
                key: same,
                values: more,
            },
        ) if key == same => values.extend_from_slice(more),
        (
            Filter::Numbers { key, values, .. },
            Filter::Attribute {
                key: same,
                values: more,
            },
        ) if key == same => {
            values.extend_from_slice(more);
        }
        (
            Filter::Numbers { key, bands, .. },
            Filter::Numbers {
                key: same, bands: more, ..
            },
        ) if key == same => bands.extend_from_slice(more),
        (known @ Filter::Attribute { .. }, Filter::Numbers { key: same, bands, .. }) => {
            let Filter::Attribute { key, values } = known else {
                return false;
            };
            if key != same {
                return false;
            }
            *known = Filter::Numbers {
                key: std::mem::take(key),
                bands: bands.clone(),
                values: std::mem::take(values),
            };
        }
        _ => return false,
    }
    true
}

/// The filter of a product list that comes nearest to a search.
pub(super) fn in_database(text: &str, filters: &[Filter]) -> catalog::Filter {
    let typed = Typed::read(text);
    let words = |text: &str| tokens(text).take(WORDS_MAX).map(|token| token.word).collect::<Vec<_>>();
    let mut all = vec![catalog::Filter::Words(words(&typed.text))];
    let excluded = typed
        .excluded
        .iter()
        .map(|text| words(text))
        .filter(|words| !words.is_empty());
    all.extend(excluded.map(|words| catalog::Filter::Not(Box::new(catalog::Filter::Words(words)))));
    for filter in filters {
        all.push(match filter {
            Filter::Brand(brands) => any(brands.iter().cloned().map(catalog::Filter::Brand)),
            Filter::Category(ids) => any(ids.iter().copied().map(catalog::Filter::Category)),
            Filter::Price(bands) => any(bands.iter().map(|band| catalog::Filter::Price {
                gte: band.gte,
                lte: band.lte,
            })),
            Filter::Attribute { key, values } => catalog::Filter::Attribute {
                key: key.clone(),
                values: values.clone(),
            },
            Filter::Numbers { key, bands, values } => {
                let bands = bands.iter().map(|band| {
                    let (gte, lte) = band.ends();
                    catalog::Filter::Number {
                        key: key.clone(),
                        gte,
                        lte,
                    }
                });
                let values = (!values.is_empty()).then(|| catalog::Filter::Attribute {
                    key: key.clone(),
                    values: values.clone(),
                });
                any(bands.chain(values))
            }
            // The database knows the collection itself.
            Filter::Products(_) => continue,
        });
    }
    catalog::Filter::All(all)
}

/// Any of `filters`; nothing when there are none.
fn any(filters: impl Iterator<Item = catalog::Filter>) -> catalog::Filter {
    let filters: Vec<_> = filters.collect();
    if filters.is_empty() {
        return catalog::Filter::Not(Box::new(catalog::Filter::All(Vec::new())));
    }
    catalog::Filter::Any(filters)
}
