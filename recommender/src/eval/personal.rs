//! For a customer: the new items from the split on, from what was bought before it.

use std::collections::HashSet;

use rayon::prelude::*;

use crate::ease::{EaseError, ease};
use crate::eval::{Measure, baseline, ndcg_at_10};
use crate::history::{History, Row, Rows, decay};
use crate::neighbours::{Neighbours, best};
use crate::together::cosine;

/// Buyers that an item needs to be in it.
pub const BUYERS: u32 = 5;
/// Regularisation of the model of customers.
pub const LAMBDA: f32 = 150.0;
/// Days after which a purchase says half.
pub const HALF_LIFE: f32 = 90.0;
/// Neighbours an item that a shop keeps.
pub const KEPT: usize = 200;

/// What was measured for customers.
#[derive(Clone, Debug)]
pub struct Personal {
    /// Customers that were learnt from.
    pub customers: usize,
    /// Items that could be shown.
    pub items: usize,
    /// Customers that were asked.
    pub tested: usize,
    /// What the methods reached: ndcg@10, and the share of items in all first 20.
    pub measures: Vec<Measure>,
}

struct Question<'a> {
    row: &'a Row,
    wanted: Vec<u32>,
}

/// Trains before `split` and asks for what is new from then on: every method.
///
/// # Errors
/// Those of the model.
pub fn personal(history: &History, split: i64) -> Result<Personal, EaseError> {
    let (rows, later) = split_at(history, split);
    let questions = questions(&rows, &later);
    let items = rows.items();
    let mut measures = vec![popularity(&rows, &questions)];
    let alike = cosine(&rows, items);
    measures.push(measure("item-kNN", &questions, items, |row, scores| {
        once(&alike, row, scores)
    }));
    drop(alike);
    let walk = baseline::rp3beta(&rows, 0.6, items);
    measures.push(measure("RP3beta", &questions, items, |row, scores| {
        once(&walk, row, scores)
    }));
    drop(walk);
    let full = ease(&rows, LAMBDA, items)?;
    measures.push(measure("EASE", &questions, items, |row, scores| {
        once(&full, row, scores)
    }));
    measures.push(measure("EASE + recency", &questions, items, |row, scores| {
        late(&full, row, split, scores);
    }));
    drop(full);
    measures.push(kept(&rows, &questions, split)?);
    Ok(report(&rows, questions.len(), measures))
}

/// The same for what sells best and what a shop recommends by.
pub(super) fn served(history: &History, split: i64) -> Result<Personal, EaseError> {
    let (rows, later) = split_at(history, split);
    let questions = questions(&rows, &later);
    let measures = vec![popularity(&rows, &questions), kept(&rows, &questions, split)?];
    Ok(report(&rows, questions.len(), measures))
}

fn report(rows: &Rows, tested: usize, measures: Vec<Measure>) -> Personal {
    Personal {
        customers: rows.rows.iter().filter(|row| !row.items.is_empty()).count(),
        items: rows.items(),
        tested,
        measures,
    }
}

/// What was known before, and what came from then on.
fn split_at(history: &History, split: i64) -> (Rows, Rows) {
    let before = history.between(i64::MIN, split);
    let buyers = before.buyers();
    let known = |item: u32| buyers[item as usize] >= BUYERS;
    let rows = before.keep(known).0.customers();
    let later = history.between(split, i64::MAX).keep(known).0.customers();
    (rows, later)
}

fn questions<'a>(rows: &'a Rows, later: &Rows) -> Vec<Question<'a>> {
    let mut questions = Vec::new();
    for (row, later) in rows.rows.iter().zip(&later.rows) {
        let owned = |item: u32| row.items.binary_search_by_key(&item, |entry| entry.0).is_ok();
        let wanted: Vec<u32> = later
            .items
            .iter()
            .map(|entry| entry.0)
            .filter(|item| !owned(*item))
            .collect();
        if !row.items.is_empty() && !wanted.is_empty() {
            questions.push(Question { row, wanted });
        }
    }
    questions
}

fn popularity(rows: &Rows, questions: &[Question<'_>]) -> Measure {
    let popular: Vec<f32> = rows.by_item.iter().map(|having| having.len() as f32).collect();
    measure("popularity", questions, rows.items(), |_, scores| {
        scores.copy_from_slice(&popular)
    })
}

/// As a shop does it: so many neighbours, and what was bought lately says more.
fn kept(rows: &Rows, questions: &[Question<'_>], now: i64) -> Result<Measure, EaseError> {
    let kept = ease(rows, LAMBDA, KEPT)?;
    let name = "EASE + recency, 200 neighbours";
    Ok(measure(name, questions, rows.items(), |row, scores| {
        late(&kept, row, now, scores)
    }))
}

fn once(neighbours: &Neighbours, row: &Row, scores: &mut [f32]) {
    neighbours.add(row.items.iter().map(|(item, _)| (*item, 1.0)), scores);
}

fn late(neighbours: &Neighbours, row: &Row, now: i64, scores: &mut [f32]) {
    let weighted = row.items.iter().map(|(item, at)| (*item, decay(now - at, HALF_LIFE)));
    neighbours.add(weighted, scores);
}

fn measure(
    method: &'static str,
    questions: &[Question<'_>],
    items: usize,
    score: impl Fn(&Row, &mut [f32]) + Sync,
) -> Measure {
    let answers: Vec<(f64, Vec<u32>)> = questions
        .par_iter()
        .map_init(
            || vec![0.0f32; items],
            |scores, question| {
                scores.fill(0.0);
                score(question.row, scores);
                for (item, _) in &question.row.items {
                    scores[*item as usize] = 0.0;
                }
                let shown: Vec<u32> = best(scores, 20).into_iter().map(|entry| entry.0).collect();
                (ndcg_at_10(&shown, &question.wanted), shown)
            },
        )
        .collect();
    let shown: HashSet<u32> = answers.iter().flat_map(|(_, shown)| shown.iter().copied()).collect();
    Measure {
        method,
        value: answers.iter().map(|(gain, _)| gain).sum::<f64>() / answers.len().max(1) as f64,
        coverage: Some(shown.len() as f64 / items.max(1) as f64),
    }
}
