//! The words of the index: which begin like a text, and which are near it.

use std::collections::HashMap;

use tantivy::collector::Count;
use tantivy::query::{BooleanQuery, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, Term};

use super::near::Near;
use super::schema::Fields;
use crate::search::language::fold;

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

/// Documents that have all of `words` in name, brand, category, tags or codes, with `word` in place of the one at `at`.
pub(super) fn with_all(
    searcher: &Searcher,
    fields: &Fields,
    words: &[String],
    at: usize,
    word: &str,
) -> tantivy::Result<usize> {
    let terms = words.iter().enumerate().map(|(i, other)| {
        let text = if i == at { word.to_owned() } else { fold(other) };
        let term = Term::from_field_text(fields.head, &text);
        Box::new(TermQuery::new(term, IndexRecordOption::Basic)) as Box<dyn Query>
    });
    searcher.search(&BooleanQuery::intersection(terms.collect()), &Count)
}

/// The words nearest to `word` with the same first letter, which few mistake: fewest changes, most frequent. Names and
/// brands are asked first, descriptions only when those know nothing near, and names with another first letter, when it may
/// take longer, last.
pub(super) fn near(
    searcher: &Searcher,
    fields: &Fields,
    word: &str,
    changes: usize,
    thoroughly: bool,
) -> tantivy::Result<Vec<Counted>> {
    let first: String = word.chars().take(1).collect();
    let mut places = vec![(fields.head, &*first), (fields.body, &*first)];
    if thoroughly {
        places.push((fields.head, ""));
    }
    for (field, beginning) in places {
        let found = near_in(searcher, field, word, beginning, changes)?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

fn near_in(
    searcher: &Searcher,
    field: Field,
    word: &str,
    beginning: &str,
    changes: usize,
) -> tantivy::Result<Vec<Counted>> {
    let mut found: HashMap<String, (usize, u64)> = HashMap::new();
    for segment in searcher.segment_readers() {
        let index = segment.inverted_index(field)?;
        let mut near = Near::new(word, changes);
        let mut stream = index.terms().range().ge(beginning).into_stream()?;
        while stream.advance() {
            let Ok(term) = std::str::from_utf8(stream.key()) else {
                continue;
            };
            if !term.starts_with(beginning) {
                break;
            }
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
    let nearest = found.into_iter().filter(|(_, (distance, _))| *distance == least);
    let mut found: Vec<Counted> = nearest
        .map(|(word, (_, frequency))| Counted { word, frequency })
        .collect();
    found.sort_unstable_by(|a, b| b.frequency.cmp(&a.frequency).then_with(|| a.word.cmp(&b.word)));
    found.truncate(NEAR_MAX);
    Ok(found)
}
