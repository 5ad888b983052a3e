//! From what a shopper typed to queries of the index.

use std::collections::HashMap;

use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, Query, TermQuery, TermSetQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, Term};

use super::near::{Near, changes_of};
use super::schema::{Fields, plain, stemming, words};

/// Longest text in characters; what follows is not looked at.
const TEXT_MAX: usize = 200;
/// Words looked at.
const WORDS_MAX: usize = 12;
/// Completions of a beginning at most.
const COMPLETIONS_MAX: usize = 200;
/// Shortest beginning that a search completes, in characters. Suggestions complete any.
pub(super) const BEGINNING_MIN: usize = 2;
/// Near words tried instead of an unknown one.
const NEAR_MAX: usize = 4;
/// A known word in this many documents or fewer may be a typo of the catalogue.
const RARE: u64 = 3;
/// How much more frequent the near word must be for that.
const FAR_MORE: u64 = 20;
/// How much a joined or near word counts beside the word itself.
const JOINED_WEIGHT: f32 = 0.9;
const NEAR_WEIGHT: f32 = 0.7;
const BEGINNING_WEIGHT: f32 = 0.4;
/// What the fields besides the best one add.
const OTHER_FIELDS: f32 = 0.15;
/// What lifts documents with all words above those with some: more than any sum of word scores.
const ALL_WORDS: f32 = 1000.0;
/// What lifts the product whose SKU was typed.
const SKU: f32 = 5000.0;
/// Words that say nothing about a product, unless they stand alone.
const EMPTY_WORDS: [&str; 16] = [
    "a", "an", "and", "at", "by", "for", "from", "in", "is", "of", "on", "or", "that", "the", "to", "with",
];

/// A word of the query with what may stand for it.
struct Word {
    text: String,
    stem: String,
    /// Stems that may stand for it, with their weight.
    others: Vec<(String, f32)>,
    /// Whole words that begin with it, when it is the one being typed.
    completions: Vec<String>,
    /// How many documents hold it or a completion, roughly.
    frequency: u64,
    correction: Option<String>,
}

/// A text, looked up in the index.
pub(super) struct Analysis {
    words: Vec<Word>,
    whole: String,
    /// The text with unknown words replaced by near ones.
    pub(super) corrected: Option<String>,
    documents: u64,
}

/// Looks `text` up. The last word is a beginning unless a space follows it, or it has fewer than `shortest` characters.
pub(super) fn analyse(searcher: &Searcher, fields: &Fields, text: &str, shortest: usize) -> tantivy::Result<Analysis> {
    let text: String = text.chars().take(TEXT_MAX).collect();
    let typing = !text.ends_with(char::is_whitespace);
    let (mut plain, mut stemming) = (plain(), stemming());
    let mut texts = words(&mut plain, &text);
    if texts.iter().any(|w| !EMPTY_WORDS.contains(&w.as_str())) {
        texts.retain(|w| !EMPTY_WORDS.contains(&w.as_str()));
    }
    texts.truncate(WORDS_MAX);
    let mut stem = |word: &str| words(&mut stemming, word).pop().unwrap_or_else(|| word.to_owned());
    let mut found = Vec::with_capacity(texts.len());
    for (i, word) in texts.iter().enumerate() {
        let mut others = Vec::new();
        for joined in [
            i.checked_sub(1).map(|before| format!("{}{word}", texts[before])),
            texts.get(i + 1).map(|after| format!("{word}{after}")),
        ]
        .into_iter()
        .flatten()
        {
            let joined = stem(&joined);
            if frequency(searcher, fields, &joined)? > 0 {
                others.push((joined, JOINED_WEIGHT));
            }
        }
        let last = i + 1 == texts.len();
        let stemmed = stem(word);
        let known = frequency(searcher, fields, &stemmed)?;
        let completions = match last && typing && word.chars().count() >= shortest {
            true => completions(searcher, fields, word)?,
            false => Vec::new(),
        };
        let completed: u64 = completions.iter().map(|(_, count)| count).sum();
        let mut correction = None;
        let changes = changes_of(word);
        if changes > 0 && known <= RARE && completed <= RARE && others.is_empty() {
            let near = near(searcher, fields, word, changes)?;
            let enough = |count: u64| known == 0 && completed == 0 || count >= FAR_MORE * (known + completed).max(1);
            let near: Vec<_> = near.into_iter().filter(|(_, count)| enough(*count)).collect();
            if known == 0 && completed == 0 {
                correction = near.first().map(|(word, _)| word.clone());
            }
            others.extend(near.into_iter().map(|(word, _)| (stem(&word), NEAR_WEIGHT)));
        }
        found.push(Word {
            stem: stemmed,
            text: word.clone(),
            others,
            completions: completions.into_iter().map(|(word, _)| word).collect(),
            frequency: known + completed,
            correction,
        });
    }
    let corrected = found.iter().any(|w| w.correction.is_some()).then(|| {
        let words: Vec<&str> = found
            .iter()
            .map(|w| w.correction.as_ref().unwrap_or(&w.text).as_str())
            .collect();
        words.join(" ")
    });
    Ok(Analysis {
        words: found,
        whole: text.trim().to_lowercase(),
        corrected,
        documents: searcher.num_docs(),
    })
}

/// Documents with the stem, in the field that has most.
fn frequency(searcher: &Searcher, fields: &Fields, stem: &str) -> tantivy::Result<u64> {
    let mut most = 0;
    for (field, _) in &fields.texts {
        most = most.max(searcher.doc_freq(&Term::from_field_text(*field, stem))?);
    }
    Ok(most)
}

/// The most frequent words that begin with `beginning`, itself left out.
pub(super) fn completions(
    searcher: &Searcher,
    fields: &Fields,
    beginning: &str,
) -> tantivy::Result<Vec<(String, u64)>> {
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
                Some(sum) => *sum += count,
                None => {
                    found.insert(term.to_owned(), count);
                }
            }
        }
    }
    Ok(most_frequent(found, COMPLETIONS_MAX))
}

fn most_frequent(found: HashMap<String, u64>, max: usize) -> Vec<(String, u64)> {
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    found.truncate(max);
    found
}

/// The words nearest to `word`: fewest changes, then same first letter, then most frequent. Names and brands are asked
/// first, descriptions only when those know nothing near.
fn near(searcher: &Searcher, fields: &Fields, word: &str, changes: usize) -> tantivy::Result<Vec<(String, u64)>> {
    for field in [fields.head, fields.body] {
        let found = near_in(searcher, field, word, changes)?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

fn near_in(searcher: &Searcher, field: Field, word: &str, changes: usize) -> tantivy::Result<Vec<(String, u64)>> {
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
    Ok(found.into_iter().map(|(_, count, term)| (term, count)).collect())
}

impl Analysis {
    /// Words that count.
    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// The words before the last, and the last.
    pub(super) fn beginning(&self) -> Option<(Vec<&str>, &str)> {
        let (last, before) = self.words.split_last()?;
        Some((before.iter().map(|w| w.text.as_str()).collect(), last.text.as_str()))
    }

    /// Documents of `channel` with at least `required` of the words; all of them when there are none.
    pub(super) fn query(&self, fields: &Fields, channel: &str, required: usize) -> Box<dyn Query> {
        let of_channel = TermQuery::new(Term::from_field_text(fields.channel, channel), IndexRecordOption::Basic);
        let of_channel: Box<dyn Query> = Box::new(ConstScoreQuery::new(Box::new(of_channel), 0.0));
        if self.words.is_empty() {
            return of_channel;
        }
        let words: Vec<Box<dyn Query>> = self.words.iter().map(|w| self.word(fields, w)).collect();
        let matching: Box<dyn Query> = if required >= words.len() {
            Box::new(BooleanQuery::intersection(words))
        } else {
            let all = BooleanQuery::intersection(words.iter().map(|w| w.box_clone()).collect());
            let some = BooleanQuery::union_with_minimum_required_clauses(words, required);
            let all: Box<dyn Query> = Box::new(ConstScoreQuery::new(Box::new(all), ALL_WORDS));
            Box::new(BooleanQuery::new(vec![
                (tantivy::query::Occur::Must, Box::new(some)),
                (tantivy::query::Occur::Should, all),
            ]))
        };
        let sku = TermQuery::new(Term::from_field_text(fields.sku, &self.whole), IndexRecordOption::Basic);
        let sku: Box<dyn Query> = Box::new(ConstScoreQuery::new(Box::new(sku), SKU));
        Box::new(BooleanQuery::intersection(vec![
            of_channel,
            Box::new(BooleanQuery::union(vec![matching, sku])),
        ]))
    }

    fn word(&self, fields: &Fields, word: &Word) -> Box<dyn Query> {
        let mut ways: Vec<Box<dyn Query>> = Vec::new();
        let mut add = |stem: &str, weight: f32| {
            for (field, of_field) in &fields.texts {
                let term = TermQuery::new(Term::from_field_text(*field, stem), IndexRecordOption::WithFreqs);
                ways.push(Box::new(BoostQuery::new(Box::new(term), weight * of_field)));
            }
        };
        add(&word.stem, 1.0);
        for (stem, weight) in &word.others {
            add(stem, *weight);
        }
        if !word.completions.is_empty() {
            let terms = word.completions.iter().map(|w| Term::from_field_text(fields.head, w));
            // Rare completions must not outweigh the word itself: all count like the union of them.
            let score = BEGINNING_WEIGHT * self.rarity(word.frequency);
            ways.push(Box::new(ConstScoreQuery::new(
                Box::new(TermSetQuery::new(terms)),
                score,
            )));
        }
        if ways.is_empty() {
            return Box::new(AllQuery);
        }
        Box::new(DisjunctionMaxQuery::with_tie_breaker(ways, OTHER_FIELDS))
    }

    /// The inverse document frequency of BM25.
    fn rarity(&self, frequency: u64) -> f32 {
        let (all, with) = (self.documents as f32, frequency.min(self.documents) as f32);
        (1.0 + (all - with + 0.5) / (with + 0.5)).ln()
    }
}
