//! Neighbours that were computed elsewhere become the active model.

use std::collections::{BTreeMap, HashMap};

use entity::recommendation::recommendation_neighbours::NeighbourKind;
use entity::{ProductId, RecommendationModelId};
use sea_orm::{ActiveEnum, Iterable};
use serde_json::json;

use crate::app::App;
use crate::platform::error::{Fault, Result};
use crate::platform::locale::{Message, message};
use crate::recommendation::exchange::form::{Given, read_neighbours};
use crate::recommendation::memory::present;
use crate::recommendation::model::{
    Finished, Learned, Neighbour, StartError, TrainReason, begin, fail, finish, knowledge,
};

/// Neighbours of an item that are kept.
const MOST: usize = 200;

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

/// The neighbours of each product, by kind.
type ByKind = BTreeMap<NeighbourKind, BTreeMap<ProductId, Vec<(ProductId, u32, f32)>>>;

/// Makes the neighbours of the file `key` the active model. Kinds that it does not have stay those of the model before.
///
/// # Errors
/// See [`ImportError`]; the active model stays then.
pub async fn import(app: &App, key: &str) -> Result<RecommendationModelId, ImportError> {
    let file = app.exchange.get(key).await?.ok_or(ImportError::NoFile)?;
    let given = read_neighbours(file).map_err(|error| ImportError::Malformed(error.to_string()))?;
    let mut kinds = parsed(given)?;
    let before = present(app).await?.knowledge;
    if let Some(before) = &before {
        for kind in NeighbourKind::iter() {
            kinds.entry(kind).or_insert_with(|| before.neighbours(kind));
        }
    }
    let mut places: HashMap<ProductId, u32> = HashMap::new();
    let mut products: Vec<ProductId> = Vec::new();
    let named = kinds.values().flatten();
    for product in named.flat_map(|(product, row)| std::iter::once(product).chain(row.iter().map(|(other, ..)| other)))
    {
        places.entry(*product).or_insert_with(|| {
            products.push(*product);
            products.len() as u32 - 1
        });
    }
    let tx = app.db.begin().await?;
    let model = begin(&tx, app, TrainReason::Import).await?;
    tx.commit().await?;
    let learned = Learned {
        orders: products
            .iter()
            .map(|p| before.as_ref().map_or(0, |before| before.orders(*p)))
            .collect(),
        neighbours: kinds
            .iter()
            .map(|(kind, rows)| (*kind, placed(rows, &places, products.len())))
            .collect(),
    };
    let finished = Finished {
        window: None,
        orders: 0,
        customers: 0,
        items: products.len(),
        parameters: json!({ "file": key }),
        metrics: json!({}),
    };
    let written = async {
        knowledge(app, model, &products, &learned).await?;
        finish(app, model, &finished).await
    };
    if let Err(fault) = written.await {
        fail(app, model, &fault.to_string()).await?;
        return Err(fault.into());
    }
    Ok(model)
}

fn placed(
    rows: &BTreeMap<ProductId, Vec<(ProductId, u32, f32)>>,
    places: &HashMap<ProductId, u32>,
    items: usize,
) -> Vec<Vec<Neighbour>> {
    let mut all = vec![Vec::new(); items];
    for (product, row) in rows {
        let neighbours = row.iter().filter_map(|(other, together, score)| {
            Some(Neighbour {
                place: *places.get(other)?,
                together: *together,
                score: *score,
            })
        });
        if let Some(to) = places.get(product).and_then(|place| all.get_mut(*place as usize)) {
            *to = neighbours.collect();
        }
    }
    all
}

/// Reads ids and kinds; the best neighbours of each product stay.
fn parsed(given: Vec<Given>) -> Result<ByKind, ImportError> {
    let malformed = |what: &str, value: &str| ImportError::Malformed(format!("{what} \"{value}\""));
    let mut kinds = ByKind::new();
    for row in given {
        let kind = NeighbourKind::try_from_value(&row.kind).map_err(|_| malformed("kind", &row.kind))?;
        let product: ProductId = row.product.parse().map_err(|_| malformed("product", &row.product))?;
        let other: ProductId = row
            .neighbour
            .parse()
            .map_err(|_| malformed("neighbour", &row.neighbour))?;
        if !row.score.is_finite() {
            return Err(malformed("score", &row.score.to_string()));
        }
        let together = u32::try_from(row.together).unwrap_or_default();
        if product != other {
            let rows = kinds.entry(kind).or_default().entry(product).or_default();
            rows.push((other, together, row.score));
        }
    }
    if kinds.is_empty() {
        return Err(ImportError::Malformed("no rows".to_owned()));
    }
    for row in kinds.values_mut().flat_map(BTreeMap::values_mut) {
        row.sort_by(|a, b| b.2.total_cmp(&a.2).then(a.0.cmp(&b.0)));
        row.dedup_by_key(|neighbour| neighbour.0);
        row.truncate(MOST);
    }
    Ok(kinds)
}
