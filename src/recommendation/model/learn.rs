//! From what was bought to a model. Pure, and heavy.

use entity::recommendation::recommendation_neighbours::NeighbourKind;
use recommender::eval::holdout;
use recommender::history::DAY;
use recommender::pairs::{LARGE, pairs};
use recommender::together::cosine;
use recommender::{EaseError, ITEMS_MAX, Neighbours, Rows, ease};
use serde::{Deserialize, Serialize};

use crate::recommendation::history::Source;
use crate::recommendation::model::metrics::Metrics;
use crate::recommendation::model::packed::Neighbour;

/// What a model is made with.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Parameters {
    /// Buyers, or orders, below which an item is not in the models of customers and orders.
    pub support: u32,
    /// Regularisation of the model of customers.
    pub customers_lambda: f32,
    /// Regularisation of the model of orders.
    pub baskets_lambda: f32,
    /// Days after which an order says half.
    pub baskets_half_life: f32,
    /// Neighbours an item of these two.
    pub neighbours: usize,
    /// Neighbours an item of the others.
    pub others: usize,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            support: 5,
            customers_lambda: 150.0,
            baskets_lambda: 50.0,
            baskets_half_life: 180.0,
            neighbours: 200,
            others: 60,
        }
    }
}

/// What was learnt: for each kind, the neighbours of each item that has some.
#[derive(Debug, Default)]
pub struct Learned {
    /// Orders of each item.
    pub orders: Vec<u32>,
    /// The neighbours by kind.
    pub neighbours: Vec<(NeighbourKind, Vec<Vec<Neighbour>>)>,
}

/// A part of the work, with how much of the whole is done before it, in percent.
pub const STAGES: [(&str, i32); 7] = [
    ("reading", 0),
    ("customers", 30),
    ("orders", 45),
    ("pairs", 60),
    ("content", 65),
    ("measuring", 70),
    ("writing", 90),
];

/// Learns from `source`. `stage` is told which part begins.
///
/// # Errors
/// When the regularisation is too weak.
pub fn learn(source: &Source, parameters: &Parameters, stage: impl Fn(usize)) -> Result<Learned, EaseError> {
    let orders = source
        .history
        .orders(source.history.last().unwrap_or_default(), parameters.baskets_half_life);
    let counts: Vec<u32> = orders.by_item.iter().map(|rows| rows.len() as u32).collect();
    let items = source.products.len();
    stage(1);
    let buyers = source.history.buyers();
    let customers = restricted(source, &buyers, parameters, items, |history| {
        ease(&history.customers(), parameters.customers_lambda, parameters.neighbours)
    })?;
    stage(2);
    let baskets = restricted(source, &counts, parameters, items, |history| {
        let orders = history.orders(history.last().unwrap_or_default(), parameters.baskets_half_life);
        ease(&orders, parameters.baskets_lambda, parameters.neighbours)
    })?;
    stage(3);
    let together = pairs(&orders, LARGE, parameters.others).into_iter().map(|row| {
        let neighbour = |pair: recommender::pairs::Pair| Neighbour {
            place: pair.item,
            together: pair.together,
            score: pair.score,
        };
        row.into_iter().map(neighbour).collect()
    });
    let together: Vec<Vec<Neighbour>> = together.collect();
    stage(4);
    let content = recommender::content::content(&source.features, parameters.others);
    let views = alike(&source.visits(), parameters.others);
    Ok(Learned {
        orders: counts,
        neighbours: vec![
            (NeighbourKind::Customers, rows(&customers, items)),
            (NeighbourKind::Baskets, rows(&baskets, items)),
            (NeighbourKind::Pairs, together),
            (NeighbourKind::Content, rows(&content, items)),
            (NeighbourKind::Views, views),
        ],
    })
}

/// What the models of before the last 90 days reach on these; of a short history, on its last quarter.
///
/// # Errors
/// When the regularisation is too weak.
pub fn measure(source: &Source) -> Result<Metrics, EaseError> {
    let times = source.history.baskets.iter().map(|basket| basket.at);
    let (Some(first), Some(last)) = (times.clone().min(), times.max()) else {
        return Ok(Metrics::default());
    };
    let tail = ((last - first) / 4).min(90 * DAY);
    // Too many items for the matrix: the most bought ones speak for all.
    let counts = source.history.orders(last, f32::INFINITY).by_item;
    let mut sizes: Vec<usize> = counts.iter().map(Vec::len).collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    let least = sizes.get(ITEMS_MAX).map_or(1, |least| least + 1);
    let (history, _) = source.history.keep(|item| counts[item as usize].len() >= least);
    Ok(holdout(&history, last - tail)?.into())
}

/// The neighbours by `model` among the items that have enough support; of these the best known, as many as there may be.
fn restricted(
    source: &Source,
    counts: &[u32],
    parameters: &Parameters,
    items: usize,
    model: impl Fn(&recommender::History) -> Result<Neighbours, EaseError>,
) -> Result<Neighbours, EaseError> {
    let mut known: Vec<u32> = (0..counts.len() as u32)
        .filter(|item| counts[*item as usize] >= parameters.support)
        .collect();
    known.sort_by_key(|item| std::cmp::Reverse(counts[*item as usize]));
    known.truncate(ITEMS_MAX);
    let known: std::collections::HashSet<u32> = known.into_iter().collect();
    let (history, kept) = source.history.keep(|item| known.contains(&item));
    Ok(model(&history)?.renumbered(&kept, items))
}

/// What the same visits looked at, with how many of them.
fn alike(visits: &Rows, most: usize) -> Vec<Vec<Neighbour>> {
    let neighbours = cosine(visits, most);
    let sizes: Vec<f32> = visits.by_item.iter().map(|having| having.len() as f32).collect();
    let row = |item: u32| {
        let found = neighbours.of(item).iter().map(|(other, score)| Neighbour {
            place: *other,
            together: (score * (sizes[item as usize] * sizes[*other as usize]).sqrt()).round() as u32,
            score: *score,
        });
        // Once may be chance.
        found.filter(|neighbour| neighbour.together > 1).collect()
    };
    (0..visits.items() as u32).map(row).collect()
}

fn rows(neighbours: &Neighbours, items: usize) -> Vec<Vec<Neighbour>> {
    let row = |item: u32| {
        let found = neighbours.of(item).iter().map(|(place, score)| Neighbour {
            place: *place,
            together: 0,
            score: *score,
        });
        found.collect()
    };
    (0..items as u32).map(row).collect()
}
