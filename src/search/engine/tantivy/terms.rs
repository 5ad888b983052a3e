//! The words of the index: which begin like a text, and which are near it.

use std::collections::HashMap;

use tantivy::Searcher;
use tantivy::schema::Field;

use super::near::Near;
use super::schema::Fields;

/// Completions of a beginning at most.
const COMPLETIONS_MAX: usize = 200;
/// Near words tried instead of an unknown one.
const NEAR_MAX: usize = 4;

/// A word with the documents that have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) word: String,
    pub(super) frequency: u64,
}

/// The most frequent words that begin with `beginning`, itself left out.
pub(super) fn completions(searcher: &Searcher, fields: &Fields, beginning: &str) -> tantivy::Result<Vec<Counted>> {
    let mut found: HashMap<String, u64> = HashMap::new();
    for segment in searcher.segment_readers() {
        let index = segment.inverted_index(fields.head)?;
        let mut stream = index.terms().range().gt(beginning).into_stream()?;
        while stream.advance() {
            let Ok(term) = std::str::from_utf8(stream.key()) else {
                continue;
            };
            if !term.starts_with(beginning) {
                break;
            }
            let count = u64::from(stream.value().doc_freq);
            match found.get_mut(term) {
                Some(known) => *known += count,
                None => {
                    found.insert(term.to_owned(), count);
                }
            }
        }
    }
    let mut found: Vec<Counted> = found
        .into_iter()
        .map(|(word, frequency)| Counted { word, frequency })
        .collect();
    found.sort_unstable_by(|a, b| b.frequency.cmp(&a.frequency).then_with(|| a.word.cmp(&b.word)));
    found.truncate(COMPLETIONS_MAX);
    Ok(found)
}

/// The words nearest to `word`: fewest changes, then same first letter, then most frequent. Names and brands are asked
/// first, descriptions only when those know nothing near.
pub(super) fn near(searcher: &Searcher, fields: &Fields, word: &str, changes: usize) -> tantivy::Result<Vec<Counted>> {
    for field in [fields.head, fields.body] {
        let found = near_in(searcher, field, word, changes)?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

fn near_in(searcher: &Searcher, field: Field, word: &str, changes: usize) -> tantivy::Result<Vec<Counted>> {
    let mut found: HashMap<String, (usize, u64)> = HashMap::new();
    for segment in searcher.segment_readers() {
        let index = segment.inverted_index(field)?;
        let mut near = Near::new(word, changes);
        let mut stream = index.terms().stream()?;
        while stream.advance() {
            let Ok(term) = std::str::from_utf8(stream.key()) else {
                continue;
            };
            if let Some(distance) = near.distance(term)
                && distance > 0
                && !term.bytes().any(|b| b.is_ascii_digit())
            {
                found.entry(term.to_owned()).or_insert((distance, 0)).1 += u64::from(stream.value().doc_freq);
            }
        }
    }
    let Some(least) = found.values().map(|(distance, _)| *distance).min() else {
        return Ok(Vec::new());
    };
    let first = word.chars().next();
    let mut found: Vec<_> = found
        .into_iter()
        .filter(|(_, (distance, _))| *distance == least)
        .map(|(term, (_, count))| (term.chars().next() != first, count, term))
        .collect();
    found.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)).then_with(|| a.2.cmp(&b.2)));
    found.truncate(NEAR_MAX);
    let counted = |(_, frequency, word)| Counted { word, frequency };
    Ok(found.into_iter().map(counted).collect())
}
