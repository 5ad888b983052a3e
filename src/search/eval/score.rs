//! Judgements, and what an order of products is worth by them.
//!
//! The gain of a grade is `2^grade - 1` and its discount the logarithm of the place. A product that nobody graded counts
//! as one of grade 0; the condensed figure leaves it out instead, which is kinder to an engine that finds what the others
//! did not.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read;

/// Places that count.
const PLACES: usize = 10;
/// Places among which good products should be at all.
const RECALLED: usize = 100;

/// A query with the grades of its products.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// What is typed.
    pub text: String,
    /// Grades by SKU, 0 for what does not fit.
    pub grades: HashMap<String, u8>,
}

/// Why judgements cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum JudgementsError {
    /// The file is not sound CSV.
    #[error("the judgements cannot be read: {0}")]
    Csv(#[from] csv::Error),
    /// A row is not `query,sku,grade`.
    #[error("line {0} of the judgements is not query,sku,grade with a grade from 0 to 10")]
    Row(u64),
}

/// Reads judgements: CSV of `query,sku,grade` with a header. Queries come back in their alphabetical order.
///
/// # Errors
/// See [`JudgementsError`].
pub fn judgements(reader: impl Read) -> Result<Vec<Judged>, JudgementsError> {
    let mut queries: BTreeMap<String, HashMap<String, u8>> = BTreeMap::new();
    for row in csv::Reader::from_reader(reader).into_records() {
        let row = row?;
        let wrong = || JudgementsError::Row(row.position().map_or(0, csv::Position::line));
        let (Some(query), Some(sku), Some(grade)) = (row.get(0), row.get(1), row.get(2)) else {
            return Err(wrong());
        };
        let grade = grade
            .trim()
            .parse()
            .ok()
            .filter(|grade| *grade <= 10)
            .ok_or_else(wrong)?;
        queries
            .entry(query.to_owned())
            .or_default()
            .insert(sku.to_owned(), grade);
    }
    let judged = |(text, grades)| Judged { text, grades };
    Ok(queries.into_iter().map(judged).collect())
}

/// How good one answer is, or many on average.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    /// Discounted gain of the first ten, as a share of the best that could be.
    pub ndcg: f64,
    /// The same over graded products alone.
    pub condensed: f64,
    /// Share of the good products among the first hundred.
    pub recall: f64,
}

impl Score {
    /// Of `ranked` SKUs, best first. None when no product is good for the query: every answer is as good then.
    pub fn of(judged: &Judged, ranked: &[String]) -> Option<Self> {
        let mut ideal: Vec<u8> = judged.grades.values().copied().collect();
        ideal.sort_unstable_by(|a, b| b.cmp(a));
        let best = gain(ideal.iter().copied());
        if best <= 0.0 {
            return None;
        }
        let grade = |sku: &String| judged.grades.get(sku).copied();
        let good: HashSet<&String> = judged
            .grades
            .iter()
            .filter(|(_, g)| **g > 0)
            .map(|(sku, _)| sku)
            .collect();
        let recalled = ranked.iter().take(RECALLED).filter(|sku| good.contains(sku)).count();
        Some(Self {
            ndcg: gain(ranked.iter().map(|sku| grade(sku).unwrap_or_default())) / best,
            condensed: gain(ranked.iter().filter_map(grade)) / best,
            recall: recalled as f64 / good.len() as f64,
        })
    }

    /// The average.
    pub fn mean(scores: &[Self]) -> Self {
        let mean = |of: fn(&Self) -> f64| scores.iter().map(of).sum::<f64>() / scores.len().max(1) as f64;
        Self {
            ndcg: mean(|s| s.ndcg),
            condensed: mean(|s| s.condensed),
            recall: mean(|s| s.recall),
        }
    }
}

/// Discounted gain of the first places.
fn gain(grades: impl Iterator<Item = u8>) -> f64 {
    let discounted = |(place, grade): (u32, u8)| (f64::from(grade).exp2() - 1.0) / f64::from(place + 2).log2();
    (0..).zip(grades.take(PLACES)).map(discounted).sum()
}

/// `text` with each possible swap of two neighbouring letters in its longest word; of equals, the first. The first letter
/// may move too. Nothing when all letters are the same.
pub fn swaps(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    // The first of the longest.
    let longest = (0..words.len()).rev().max_by_key(|i| words[*i].chars().count());
    let Some(at) = longest else { return Vec::new() };
    let letters: Vec<char> = words[at].chars().collect();
    let swapped = |i: usize| {
        let mut letters = letters.clone();
        letters.swap(i, i + 1);
        let word: String = letters.into_iter().collect();
        let mut words = words.clone();
        words[at] = &word;
        words.join(" ")
    };
    let differ = |i: &usize| letters[*i] != letters[i + 1];
    (0..letters.len().saturating_sub(1))
        .filter(differ)
        .map(swapped)
        .collect()
}
