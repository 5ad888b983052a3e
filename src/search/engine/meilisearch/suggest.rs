//! Suggestions while somebody types.

use std::collections::{HashMap, HashSet};

use entity::CategoryId;
use meilisearch_sdk::errors::Error;
use meilisearch_sdk::indexes::Index;
use meilisearch_sdk::search::{SearchResults, Selectors};
use uuid::Uuid;

use super::document::field;
use super::query::{Found, take, words};
use super::wire::Wire;
use super::{facets, filter};
use crate::search::engine::{SuggestAnswer, SuggestRequest, goes_on};

/// Hits whose names are read for whole queries.
const NAMES: usize = 50;

/// How the beginning may go on.
pub(super) async fn suggest(index: &Index<Wire>, request: &SuggestRequest) -> Result<SuggestAnswer, Error> {
    let text = words(request.language, &request.text, &request.words);
    let filter = filter::all(&request.channel, []);
    let mut query = index.search();
    query
        .with_query(&text)
        .with_filter(&filter)
        .with_limit(NAMES.max(request.limit))
        .with_facets(Selectors::Some(&[field::BRAND, field::CATEGORY_KEY]))
        .with_attributes_to_retrieve(Selectors::Some(&[field::PRODUCT, field::TITLE]));
    let found: SearchResults<Found> = query.execute().await?;
    let mut counts = found.facet_distribution.unwrap_or_default();
    let brands = facets::top(take(&mut counts, field::BRAND), &[]);
    let categories = facets::top(take(&mut counts, field::CATEGORY_KEY), &[]);
    let hits: Vec<Found> = found.hits.into_iter().map(|hit| hit.result).collect();
    Ok(SuggestAnswer {
        queries: queries(&request.text, &hits, request.limit),
        products: hits.iter().take(request.limit).map(Found::id).collect(),
        categories: categories
            .iter()
            .filter_map(|c| Some(CategoryId(Uuid::parse_str(&c.value).ok()?)))
            .collect(),
        brands: brands
            .into_iter()
            .map(|c| c.value)
            .filter(|brand| goes_on(&request.text, brand))
            .take(request.limit)
            .collect(),
        degraded: false,
    })
}

/// The text with its last word made whole by words of the names of hits.
fn queries(text: &str, hits: &[Found], limit: usize) -> Vec<String> {
    let text = text.to_lowercase();
    let (before, last) = text.rsplit_once(char::is_whitespace).unwrap_or(("", &text));
    if last.is_empty() {
        return Vec::new();
    }
    let mut found: HashMap<String, usize> = HashMap::new();
    for hit in hits {
        let name = hit.title.to_lowercase();
        let words: HashSet<&str> = name
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.starts_with(last))
            .collect();
        for word in words {
            *found.entry(word.to_owned()).or_default() += 1;
        }
    }
    let mut found: Vec<(String, usize)> = found.into_iter().collect();
    found.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let whole = found.into_iter().take(limit).map(|(word, _)| {
        let before = before.trim();
        if before.is_empty() {
            word
        } else {
            format!("{before} {word}")
        }
    });
    whole.collect()
}
