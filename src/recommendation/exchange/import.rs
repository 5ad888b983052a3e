//! Neighbours that were computed elsewhere become the active model.

use std::collections::{BTreeSet, HashMap};

use bytes::Bytes;
use entity::recommendation::recommendation_neighbours::NeighbourKind;
use entity::{ProductId, RecommendationModelId};
use sea_orm::{ActiveEnum, Iterable};
use serde_json::json;

use crate::app::App;
use crate::platform::error::{Fault, Result};
use crate::platform::locale::{Message, message};
use crate::recommendation::exchange::form::read_neighbours;
use crate::recommendation::memory::present;
use crate::recommendation::model::{
    Finished, Knowledge, Learned, Neighbour, StartError, TrainReason, attempt, begin, fail, finish, knowledge,
};

/// Neighbours of an item that are kept.
const MOST: usize = 200;
/// Products at most: all that is kept of them must fit into the memory of each server.
const PRODUCTS_MAX: usize = 100_000;

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum ImportError {
    /// There is no such file.
    NoFile,
    /// It is no file of neighbours.
    Malformed(String),
    /// A training is under way.
    Running,
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl ImportError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::NoFile => message!("exchange-not-found"),
            Self::Malformed(reason) => message!("exchange-malformed", reason = reason.as_str()),
            Self::Running => message!("training-runs"),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<StartError> for ImportError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Running | StartError::Note => Self::Running,
            StartError::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl From<sea_orm::DbErr> for ImportError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Makes the neighbours of the file `key` the active model, and holds it there. Kinds that it does not have stay those of
/// the model before.
///
/// # Errors
/// See [`ImportError`]; the active model stays then.
pub async fn import(app: &App, key: &str) -> Result<RecommendationModelId, ImportError> {
    let file = app.exchange.get(key).await?.ok_or(ImportError::NoFile)?;
    let read = tokio::task::spawn_blocking(move || read(file)).await;
    let mut gathered = read.map_err(|error| Fault::part("import", error))??;
    let before = present(app).await?.knowledge;
    if let Some(before) = &before {
        gathered.complete(before);
    }
    let tx = app.db.begin().await?;
    let model = begin(&tx, app, TrainReason::Import).await?;
    tx.commit().await?;
    let attempt = attempt(app, model).await?.ok_or(ImportError::Running)?;
    let (products, neighbours) = gathered.finish();
    let orders = |product: &ProductId| before.as_ref().map_or(0, |before| before.orders(*product));
    let learned = Learned {
        orders: products.iter().map(orders).collect(),
        neighbours,
    };
    let finished = Finished {
        window: None,
        orders: 0,
        customers: 0,
        items: products.len(),
        parameters: json!({ "file": key }),
        metrics: None,
        observed: None,
    };
    let written = async {
        knowledge(app, attempt, &products, &learned).await?;
        finish(app, attempt, &finished).await
    };
    if let Err(fault) = written.await {
        fail(app, attempt, &fault.to_string()).await?;
        return Err(fault.into());
    }
    Ok(model)
}

/// Reads a file, row by row: what it takes of memory depends on its products, not on its rows.
fn read(file: Bytes) -> Result<Gathered, ImportError> {
    let broken = |error: String| ImportError::Malformed(error);
    let malformed = |what: &str, value: &str| ImportError::Malformed(format!("{what} \"{value}\""));
    let mut gathered = Gathered::default();
    for row in read_neighbours(file).map_err(|error| broken(error.to_string()))? {
        let row = row.map_err(|error| broken(error.to_string()))?;
        let kind = NeighbourKind::try_from_value(&row.kind).map_err(|_| malformed("kind", &row.kind))?;
        let id = |what, text: &str| text.parse::<ProductId>().map_err(|_| malformed(what, text));
        let (product, other) = (id("product", &row.product)?, id("neighbour", &row.neighbour)?);
        if !row.score.is_finite() {
            return Err(malformed("score", &row.score.to_string()));
        }
        let together = u32::try_from(row.together).unwrap_or_default();
        gathered.kinds.insert(kind);
        gathered.add(kind, product, (other, together, row.score));
        if gathered.products.len() > PRODUCTS_MAX {
            return Err(broken(format!("more than {PRODUCTS_MAX} products")));
        }
    }
    if gathered.rows.is_empty() {
        return Err(broken("no rows".to_owned()));
    }
    Ok(gathered)
}

/// The neighbours of each product of one kind, by the place of the product.
type Rows = (NeighbourKind, Vec<Vec<Neighbour>>);

/// Neighbours as they come, in any order, some of them twice.
#[derive(Default)]
struct Gathered {
    kinds: BTreeSet<NeighbourKind>,
    products: Vec<ProductId>,
    places: HashMap<ProductId, u32>,
    rows: HashMap<(NeighbourKind, u32), Vec<Neighbour>>,
}

impl Gathered {
    fn place(&mut self, product: ProductId) -> u32 {
        let next = self.products.len() as u32;
        *self.places.entry(product).or_insert_with(|| {
            self.products.push(product);
            next
        })
    }

    fn add(&mut self, kind: NeighbourKind, product: ProductId, (other, together, score): (ProductId, u32, f32)) {
        if product == other {
            return;
        }
        let (from, place) = (self.place(product), self.place(other));
        let row = self.rows.entry((kind, from)).or_default();
        row.push(Neighbour { place, together, score });
        if row.len() >= 2 * MOST {
            strongest(row);
        }
    }

    /// Adds those of the kinds that did not come.
    fn complete(&mut self, before: &Knowledge) {
        for kind in NeighbourKind::iter()
            .filter(|kind| !self.kinds.contains(kind))
            .collect::<Vec<_>>()
        {
            for (product, row) in before.neighbours(kind) {
                for neighbour in row {
                    self.add(kind, product, neighbour);
                }
            }
        }
    }

    /// The products, and of each kind the best neighbours of each, by the place of the product.
    fn finish(mut self) -> (Vec<ProductId>, Vec<Rows>) {
        let mut of = |kind| {
            let row = |place| {
                let mut row = self.rows.remove(&(kind, place)).unwrap_or_default();
                strongest(&mut row);
                row.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.place.cmp(&b.place)));
                row
            };
            (kind, (0..self.products.len() as u32).map(row).collect())
        };
        let neighbours = NeighbourKind::iter().map(&mut of).collect();
        (self.products, neighbours)
    }
}

/// Leaves each neighbour once, the strongest of several, and of these the [`MOST`] that say most, for or against.
fn strongest(row: &mut Vec<Neighbour>) {
    let farther = |a: &Neighbour, b: &Neighbour| {
        b.score
            .abs()
            .total_cmp(&a.score.abs())
            .then(b.score.total_cmp(&a.score))
    };
    row.sort_unstable_by(|a, b| a.place.cmp(&b.place).then_with(|| farther(a, b)));
    row.dedup_by_key(|neighbour| neighbour.place);
    row.sort_unstable_by(|a, b| farther(a, b).then(a.place.cmp(&b.place)));
    row.truncate(MOST);
}
