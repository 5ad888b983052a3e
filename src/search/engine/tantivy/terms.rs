//! The words that a channel has: which begin like a text, and which are near it. Words of other channels, and of products
//! that are not there any more, are nobody's business: they are neither counted nor suggested.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use tantivy::collector::Count;
use tantivy::postings::TermInfo;
use tantivy::query::{BooleanQuery, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{InvertedIndexReader, Searcher, Term};

use super::near::Near;
use super::schema::Fields;
use super::score::{Shelf, each};
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

/// The words of a channel.
pub(super) struct Lexicon<'a> {
    searcher: &'a Searcher,
    pub(super) fields: &'a Fields,
    /// Each segment, and whether all of its documents are the channel's.
    shelves: Vec<(&'a Shelf<'a>, bool)>,
    channel: Term,
}

impl<'a> Lexicon<'a> {
    /// The words of `channel`, which has `shelves`.
    pub(super) fn new(fields: &'a Fields, shelves: &'a [Shelf<'a>], channel: &str, searcher: &'a Searcher) -> Self {
        Self {
            searcher,
            fields,
            shelves: shelves
                .iter()
                .map(|shelf| (shelf, shelf.open.iter().all(|open| *open)))
                .collect(),
            channel: Term::from_field_text(fields.channel, channel),
        }
    }

    /// Documents of the channel with `word` in `field`.
    pub(super) fn frequency(&self, field: Field, word: &str) -> tantivy::Result<u64> {
        let term = Term::from_field_text(field, word);
        let mut documents = 0;
        for (shelf, whole) in &self.shelves {
            let index = shelf.segment.inverted_index(field)?;
            if let Some(info) = index.get_term_info(&term)? {
                documents += count(&index, &info, shelf, *whole)?;
            }
        }
        Ok(documents)
    }

    /// The most frequent words that begin with `beginning`, itself left out.
    pub(super) fn completions(&self, beginning: &str) -> tantivy::Result<Vec<Counted>> {
        // Documents of all channels, dead ones too: to count those of the channel, all of them must be read.
        let mut found: HashMap<String, u64> = HashMap::new();
        for (shelf, _) in &self.shelves {
            let index = shelf.segment.inverted_index(self.fields.head)?;
            let mut stream = index.terms().range().gt(beginning).into_stream()?;
            while stream.advance() {
                let Ok(term) = std::str::from_utf8(stream.key()) else {
                    continue;
                };
                if !term.starts_with(beginning) {
                    break;
                }
                let documents = u64::from(stream.value().doc_freq);
                match found.get_mut(term) {
                    Some(known) => *known += documents,
                    None => {
                        found.insert(term.to_owned(), documents);
                    }
                }
            }
        }
        let mut found: Vec<_> = found.into_iter().map(|(word, most)| (Reverse(most), word)).collect();
        found.sort_unstable();
        let exact = self.shelves.iter().all(|(_, whole)| *whole);
        // The rarest of the best stands on top.
        let mut best: BinaryHeap<(Reverse<u64>, String)> = BinaryHeap::new();
        for candidate in found {
            // What follows stands behind it even if all documents are the channel's.
            if best.len() >= COMPLETIONS_MAX && best.peek().is_some_and(|last| candidate > *last) {
                break;
            }
            let (Reverse(most), word) = candidate;
            let frequency = if exact {
                most
            } else {
                self.frequency(self.fields.head, &word)?
            };
            if frequency > 0 {
                best.push((Reverse(frequency), word));
            }
            if best.len() > COMPLETIONS_MAX {
                best.pop();
            }
        }
        let best = best.into_sorted_vec().into_iter();
        Ok(best
            .map(|(Reverse(frequency), word)| Counted { word, frequency })
            .collect())
    }

    /// Documents that have all of `words` in name, brand, category, tags or codes, with `word` in place of the one at `at`.
    pub(super) fn with_all(&self, words: &[String], at: usize, word: &str) -> tantivy::Result<usize> {
        let words = words.iter().enumerate().map(|(i, other)| {
            let text = if i == at { word.to_owned() } else { fold(other) };
            Term::from_field_text(self.fields.head, &text)
        });
        let terms = words.chain([self.channel.clone()]).map(basic);
        self.searcher
            .search(&BooleanQuery::intersection(terms.collect()), &Count)
    }

    /// Whether a document has all of `words` there.
    pub(super) fn has_all(&self, words: &[&str]) -> tantivy::Result<bool> {
        let words = words.iter().map(|word| Term::from_field_text(self.fields.head, word));
        let terms = words.chain([self.channel.clone()]).map(basic);
        let found = self
            .searcher
            .search(&BooleanQuery::intersection(terms.collect()), &Count)?;
        Ok(found > 0)
    }

    /// The words nearest to `word` with the same first letter, which few mistake: fewest changes, most frequent. Names and
    /// brands are asked first, descriptions only when those know nothing near, and names with another first letter, when
    /// it may take longer, last.
    pub(super) fn near(&self, word: &str, changes: usize, thoroughly: bool) -> tantivy::Result<Vec<Counted>> {
        let beginning: String = word.chars().take(1).collect();
        let mut places = vec![(self.fields.head, &*beginning), (self.fields.body, &*beginning)];
        if thoroughly {
            places.push((self.fields.head, ""));
        }
        for (field, beginning) in places {
            let found = self.near_in(field, word, beginning, changes)?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }

    fn near_in(&self, field: Field, word: &str, beginning: &str, changes: usize) -> tantivy::Result<Vec<Counted>> {
        let mut found: HashMap<String, (usize, u64)> = HashMap::new();
        for (shelf, whole) in &self.shelves {
            let index = shelf.segment.inverted_index(field)?;
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
                    let count = count(&index, stream.value(), shelf, *whole)?;
                    if count > 0 {
                        found.entry(term.to_owned()).or_insert((distance, 0)).1 += count;
                    }
                }
            }
        }
        let Some(least) = found.values().map(|(distance, _)| *distance).min() else {
            return Ok(Vec::new());
        };
        let nearest = found.into_iter().filter(|(_, (distance, _))| *distance == least);
        let found = nearest.map(|(word, (_, frequency))| Counted { word, frequency });
        Ok(first(found.collect(), NEAR_MAX))
    }
}

/// The first `most` words, most frequent first.
fn first(mut words: Vec<Counted>, most: usize) -> Vec<Counted> {
    words.sort_unstable_by(|a, b| b.frequency.cmp(&a.frequency).then_with(|| a.word.cmp(&b.word)));
    words.truncate(most);
    words
}

fn basic(term: Term) -> Box<dyn Query> {
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}

/// The documents of `shelf` that a word has there.
fn count(index: &InvertedIndexReader, word: &TermInfo, shelf: &Shelf<'_>, whole: bool) -> tantivy::Result<u64> {
    if whole {
        return Ok(u64::from(word.doc_freq));
    }
    let mut postings = index.read_postings_from_terminfo(word, IndexRecordOption::Basic)?;
    let mut open = 0;
    each(&mut postings, |doc, _| open += u64::from(shelf.open[doc as usize]));
    Ok(open)
}
