//! Whether the active model still fits what is bought. When it does not, a new one is made, unless staff holds it.

use std::sync::Arc;

use chrono::TimeDelta;
use entity::ProductId;
use entity::catalog::product;
use entity::catalog::product::ProductStatus;
use entity::recommendation::recommendation_model::ModelStatus;
use entity::recommendation::recommendation_neighbours::NeighbourKind;
use recommender::eval;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::app::App;
use crate::platform::error::Result;
use crate::recommendation::history::{last_order, orders_since};
use crate::recommendation::memory::in_memory;
use crate::recommendation::model::{Knowledge, Metrics, StartError, TrainReason, active, enqueue, load, models};

/// Orders that are looked at.
const ORDERS: u64 = 2_000;
/// Orders below which nothing is said.
const ENOUGH: usize = 30;
/// Lowest share of what is bought that it must know.
const COVERAGE: f64 = 0.9;
/// Highest share of products on sale that it may not know.
const NEW_PRODUCTS: f64 = 0.1;
/// Lowest part of the expected hit rate that it must reach.
const HIT_RATE: f64 = 0.7;
/// Oldest a model may be while something is sold, in days.
const AGE_DAYS: f64 = 7.0;
/// How long it is waited after a model that came to nothing, while there is one to recommend by.
const PAUSE: TimeDelta = TimeDelta::days(1);
/// How often it is looked at.
const EVERY: TimeDelta = TimeDelta::hours(1);

/// Why a new model should be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// There is none.
    None,
    /// It does not know what is bought.
    Coverage,
    /// It does not know what is on sale.
    NewProducts,
    /// It guesses worse than it did.
    HitRate,
    /// It is old.
    Age,
}

impl Reason {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Coverage => "coverage",
            Self::NewProducts => "new_products",
            Self::HitRate => "hit_rate",
            Self::Age => "age",
        }
    }
}

/// How well the active model fits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drift {
    /// Its version, if there is one.
    pub version: Option<i32>,
    /// Orders since it was made that were looked at.
    pub orders: usize,
    /// Share of their products that it knows.
    pub coverage: Option<f64>,
    /// Share of the products on sale that it does not know.
    pub new_products: f64,
    /// Share of the orders from which it guesses the item that is left out.
    pub hit_rate: Option<f64>,
    /// The same when it was made.
    pub expected: Option<f64>,
    /// Days since it was made the active one.
    pub age_days: Option<f64>,
    /// Whether it stays until staff says otherwise.
    pub held: bool,
}

impl Drift {
    /// Why a new model should be made. Pure.
    pub fn reasons(&self) -> Vec<Reason> {
        if self.version.is_none() {
            return vec![Reason::None];
        }
        let low = |value: Option<f64>, least: f64| self.orders >= ENOUGH && value.is_some_and(|value| value < least);
        let worse = self
            .expected
            .is_some_and(|expected| low(self.hit_rate, expected * HIT_RATE));
        let old = self.orders > 0 && self.age_days.is_some_and(|age| age > AGE_DAYS);
        let all = [
            (low(self.coverage, COVERAGE), Reason::Coverage),
            (self.new_products > NEW_PRODUCTS, Reason::NewProducts),
            (worse, Reason::HitRate),
            (old, Reason::Age),
        ];
        all.into_iter()
            .filter(|(is, _)| *is)
            .map(|(_, reason)| reason)
            .collect()
    }
}

/// Looks at the active model.
///
/// # Errors
/// Those of the database.
pub async fn drift(app: &App) -> Result<Drift> {
    let Some(row) = active(&app.db).await? else {
        return Ok(Drift::default());
    };
    let in_memory = in_memory(app).and_then(|present| present.knowledge);
    let knowledge = match in_memory.filter(|knowledge| knowledge.id == row.id) {
        Some(knowledge) => knowledge,
        None => Arc::new(load(&app.db, &row).await?),
    };
    let metrics: Metrics = serde_json::from_value(row.metrics).unwrap_or_default();
    let on_sale: Vec<ProductId> = product::Entity::find()
        .select_only()
        .column(product::Column::Id)
        .filter(product::Column::Status.eq(ProductStatus::Active))
        .into_tuple()
        .all(&app.db)
        .await?;
    let new = on_sale.iter().filter(|id| !knowledge.knows(**id)).count();
    let mut drift = Drift {
        version: Some(row.version),
        new_products: new as f64 / on_sale.len().max(1) as f64,
        expected: metrics.basket_hr10,
        age_days: row
            .activated_at
            .or(row.trained_at)
            .map(|at| (app.clock.now() - at).num_seconds() as f64 / 86_400.0),
        held: row.held,
        ..Drift::default()
    };
    // Orders may be imported that are older than the last one it knows: what was not there is not asked for.
    let Some(since) = row.window_to.or(row.trained_at) else {
        return Ok(drift);
    };
    let sales = orders_since(&app.db, since, ORDERS).await?;
    drift.orders = sales.len();
    let (mut lines, mut known, mut asked, mut hits) = (0usize, 0usize, 0usize, 0usize);
    for sale in &sales {
        lines += sale.products.len();
        known += sale.products.iter().filter(|id| knowledge.knows(**id)).count();
        if let Some(hit) = guesses(&knowledge, &sale.products) {
            asked += 1;
            hits += usize::from(hit);
        }
    }
    drift.coverage = (lines > 0).then(|| known as f64 / lines as f64);
    drift.hit_rate = (asked >= ENOUGH).then(|| hits as f64 / asked as f64);
    Ok(drift)
}

/// Whether the last product of an order is among the first 10 that the others say; none where it is not asked. As it is
/// measured when a model is made: products with as many orders, orders of as many products.
fn guesses(knowledge: &Knowledge, products: &[ProductId]) -> Option<bool> {
    let is_known = |product: ProductId| knowledge.orders(product) as usize >= eval::ORDERS;
    let products = eval::asked(products.iter().copied(), is_known)?;
    let (out, rest) = products.split_last()?;
    let cart: Vec<(ProductId, f32)> = rest.iter().map(|id| (*id, 1.0)).collect();
    let said = knowledge.say(NeighbourKind::Baskets, &cart, usize::MAX);
    let mut first = said.iter().filter(|said| is_known(said.product)).take(10);
    Some(first.any(|said| said.product == *out))
}

/// Looks at the active model and has a worker train when it fits no more. Says why.
///
/// # Errors
/// Those of the database.
pub async fn check(app: &App) -> Result<Vec<Reason>> {
    let drift = drift(app).await?;
    let reasons = drift.reasons();
    let train = match reasons.as_slice() {
        [] => None,
        // Staff wants this one, or the last attempt to replace it came to nothing, and another would do no better yet.
        _ if drift.held || (drift.version.is_some() && was_in_vain(app).await?) => None,
        // Where nothing was ever sold there is little to learn, but how products are alike.
        [Reason::None] => last_order(&app.db).await?.map(|_| TrainReason::Schedule),
        [Reason::Age] => Some(TrainReason::Schedule),
        _ => Some(TrainReason::Drift),
    };
    if let Some(reason) = train {
        let tx = app.db.begin().await?;
        match enqueue(&tx, app, reason).await {
            Ok(model) => {
                tx.commit().await?;
                tracing::info!(model = %model, ?reasons, "recommendations are learnt anew");
            }
            // One is under way, and knows what is there now.
            Err(StartError::Running | StartError::Note) => {}
            Err(StartError::Fault(fault)) => return Err(fault),
        }
    }
    Ok(reasons)
}

/// Whether the latest model was not made, or not made the active one, not long ago.
async fn was_in_vain(app: &App) -> Result<bool> {
    let latest = models(&app.db).await?.into_iter().next();
    Ok(latest.is_some_and(|row| {
        let in_vain = row.status == ModelStatus::Failed || row.withheld.is_some();
        in_vain && app.clock.now() - row.started_at < PAUSE
    }))
}

/// Has a job look at the active model, when that was an hour ago or more. For rounds.
///
/// # Errors
/// Those of the database.
pub async fn check_when_due(app: &App) -> Result<()> {
    if !app.recommender.is_due(app.clock.now(), EVERY) {
        return Ok(());
    }
    let tx = app.db.begin().await?;
    crate::platform::jobs::enqueue_unless_waiting(&tx, &crate::recommendation::jobs::CheckDrift {}).await?;
    tx.commit().await?;
    Ok(())
}
