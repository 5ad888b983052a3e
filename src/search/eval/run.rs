//! All judged queries against an engine.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use entity::ProductId;

use super::score::{Judged, Score, swaps};
use crate::search::embedder::Model;
use crate::search::engine::{Engine, EngineError, Owner, SearchRequest};
use crate::search::language::Language;
use crate::search::words::{Typed, Vocabulary};

/// Hits that are looked at: enough for the condensed figure, which skips those that nobody graded.
const DEPTH: usize = 1_000;

/// What is searched.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// Whose index it is.
    pub owner: Owner,
    /// Slug of the channel.
    pub channel: String,
    /// What its texts are written in.
    pub language: Language,
    /// What words mean there.
    pub words: Arc<Vocabulary>,
    /// SKUs of each product.
    pub skus: HashMap<ProductId, Vec<String>>,
}

/// How one query went.
#[derive(Clone, Debug)]
pub struct Row {
    /// The query.
    pub text: String,
    /// Products of a grade above 0.
    pub good: usize,
    /// Hits.
    pub hits: u64,
    /// How good the answer is; none when no product is good.
    pub score: Option<Score>,
    /// The query with two neighbouring letters in the middle of its longest word swapped, and the ndcg of that.
    pub swapped: Option<(String, f64)>,
    /// The ndcg with each possible swap in the longest word, on average.
    pub swaps: Option<f64>,
    /// The first hits by SKU.
    pub first: Vec<String>,
    /// Milliseconds.
    pub took: f64,
}

/// How all queries went.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The queries.
    pub rows: Vec<Row>,
    /// Averages over the queries that have a score.
    pub mean: Score,
    /// Queries that have a score.
    pub scored: usize,
    /// Queries without a hit.
    pub zero: usize,
    /// What a swap in the middle of the longest word takes from the ndcg, on average.
    pub typo_loss: f64,
    /// What any swap in the longest word takes, on average.
    pub swaps_loss: f64,
}

/// Sends all queries to `engine`, with the vector that `model` makes of each. With `all_swaps` every possible swap is tried
/// too.
///
/// # Errors
/// Those of the engine and of the model.
pub async fn run(
    engine: &dyn Engine,
    model: Option<&Model>,
    catalogue: &Catalogue,
    judged: &[Judged],
    all_swaps: bool,
) -> Result<Report, EngineError> {
    let mut rows = Vec::with_capacity(judged.len());
    for query in judged {
        rows.push(row((engine, model), catalogue, query, all_swaps).await?);
    }
    let scores: Vec<Score> = rows.iter().filter_map(|row| row.score).collect();
    let mean = Score::mean(&scores);
    // A query without a possible swap loses nothing.
    let loss = |of: fn(&Row) -> Option<f64>| {
        let losses = rows.iter().filter_map(|row| Some(row.score?.ndcg - of(row)?));
        losses.sum::<f64>() / scores.len().max(1) as f64
    };
    Ok(Report {
        mean,
        scored: scores.len(),
        zero: rows.iter().filter(|row| row.hits == 0).count(),
        typo_loss: loss(|row| row.swapped.as_ref().map(|(_, ndcg)| *ndcg)),
        swaps_loss: loss(|row| row.swaps),
        rows,
    })
}

async fn row(
    engine: (&dyn Engine, Option<&Model>),
    catalogue: &Catalogue,
    query: &Judged,
    all_swaps: bool,
) -> Result<Row, EngineError> {
    let begun = Instant::now();
    let (hits, ranked) = ranked(engine, catalogue, query, &query.text).await?;
    let took = begun.elapsed().as_secs_f64() * 1e3;
    let score = Score::of(query, &ranked);
    let swaps = if score.is_some() {
        swaps(&query.text)
    } else {
        Vec::new()
    };
    let middle = swaps.len() / 2;
    let (mut swapped, mut sum) = (None, 0.0);
    for (i, text) in swaps.iter().enumerate() {
        if !all_swaps && i != middle {
            continue;
        }
        let (_, ranked) = self::ranked(engine, catalogue, query, text).await?;
        let ndcg = Score::of(query, &ranked).map_or(0.0, |score| score.ndcg);
        sum += ndcg;
        if i == middle {
            swapped = Some((text.clone(), ndcg));
        }
    }
    Ok(Row {
        text: query.text.clone(),
        good: query.grades.values().filter(|grade| **grade > 0).count(),
        hits,
        score,
        swapped,
        swaps: (all_swaps && !swaps.is_empty()).then(|| sum / swaps.len() as f64),
        first: ranked.into_iter().take(10).collect(),
        took,
    })
}

/// All hits for `text` and the SKUs of the first.
async fn ranked(
    (engine, model): (&dyn Engine, Option<&Model>),
    catalogue: &Catalogue,
    query: &Judged,
    text: &str,
) -> Result<(u64, Vec<String>), EngineError> {
    let vector = match model {
        Some(model) => {
            let asked = [Typed::read(text).text];
            let vectors = model
                .embed(&asked)
                .await
                .map_err(|e| EngineError::Failed(Box::new(e)))?;
            vectors.into_iter().next().map(|numbers| model.vector(numbers))
        }
        None => None,
    };
    let request = SearchRequest {
        vector,
        owner: catalogue.owner,
        channel: catalogue.channel.clone(),
        language: catalogue.language,
        text: text.to_owned(),
        words: Arc::clone(&catalogue.words),
        limit: DEPTH,
        ..SearchRequest::default()
    };
    let answer = engine.search(request).await?;
    if answer.degraded {
        // What the plainer part finds would be counted as what the engine does.
        return Err(EngineError::Away);
    }
    let sku = |product: &ProductId| {
        let skus = catalogue.skus.get(product)?;
        // Of several variants, the one that was graded.
        skus.iter()
            .find(|sku| query.grades.contains_key(*sku))
            .or(skus.first())
            .cloned()
    };
    let ranked = answer.hits.iter().filter_map(|hit| sku(&hit.product)).collect();
    Ok((answer.total, ranked))
}
