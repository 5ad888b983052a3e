//! How a beginning may go on.

use std::collections::HashSet;

use super::collect::Found;
use super::query::Analysis;
use super::terms::Lexicon;
use crate::search::engine::{SuggestAnswer, SuggestRequest};
use crate::search::language::{Stemmer, fold, tokens};
use entity::CategoryId;

/// Completions tried for each that is wanted: some have no hits beside the words before them.
const TRIES: usize = 3;
/// Shortest word that is suggested as it was typed, in characters.
const WHOLE_MIN: usize = 3;

/// What goes on like the text, whose hits are `found`.
pub(super) fn suggest(request: &SuggestRequest, found: Found, queries: Vec<String>) -> SuggestAnswer {
    let (brands, categories) = found.tally.names();
    let mut brands: Vec<_> = brands
        .into_iter()
        .filter(|(brand, _)| goes_on(&request.text, brand))
        .collect();
    brands.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    brands.truncate(request.limit);
    let mut categories: Vec<(CategoryId, u64)> = categories
        .into_iter()
        .filter_map(|(id, count)| Some((id.parse().ok()?, count)))
        .collect();
    categories.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    SuggestAnswer {
        products: found
            .hits
            .into_iter()
            .take(request.limit)
            .map(|hit| hit.product)
            .collect(),
        categories: categories.into_iter().map(|(id, _)| id).collect(),
        brands: brands.into_iter().map(|(brand, _)| brand).collect(),
        queries,
        degraded: false,
    }
}

/// Whether some words of `name` in a row are `typed`, the last of which may be a beginning.
pub(in crate::search::engine) fn goes_on(typed: &str, name: &str) -> bool {
    let words = |text| tokens(text).map(|token| fold(&token.word)).collect::<Vec<_>>();
    let (typed, name) = (words(typed), words(name));
    let Some((last, before)) = typed.split_last() else {
        return false;
    };
    name.windows(typed.len())
        .any(|part| part.starts_with(before) && part.last().is_some_and(|word| word.starts_with(last)))
}

/// Whole queries that go on like the text.
pub(super) fn queries(
    lexicon: &Lexicon<'_>,
    request: &SuggestRequest,
    analysis: &Analysis,
) -> tantivy::Result<Vec<String>> {
    let Some((before, last)) = analysis.beginning() else {
        return Ok(Vec::new());
    };
    let has_hits = |word: &str| lexicon.has_all(&before.iter().copied().chain([word]).collect::<Vec<_>>());
    let stemmer = Stemmer::new(request.language);
    let mut seen = HashSet::new();
    let mut queries = Vec::new();
    // What the search has completed is not completed again; it does not complete what a space follows.
    let more = if last.completions.is_empty() {
        lexicon.completions(&last.text)?
    } else {
        Vec::new()
    };
    let completions = last.completions.iter().chain(more.iter().map(|counted| &counted.word));
    let whole = (last.text.chars().count() >= WHOLE_MIN).then_some(&last.text);
    let candidates = whole.into_iter().chain(completions);
    for word in candidates.take(request.limit.saturating_mul(TRIES)) {
        if queries.len() >= request.limit {
            break;
        }
        let stem = stemmer.stem(word);
        if seen.contains(&stem) || !has_hits(word)? {
            continue;
        }
        seen.insert(stem);
        let mut query = before.join(" ");
        if !query.is_empty() {
            query.push(' ');
        }
        query.push_str(word);
        queries.push(query);
    }
    Ok(queries)
}
