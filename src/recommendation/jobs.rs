//! What is learnt later, on its own queue: it takes a while.

use entity::RecommendationModelId;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::platform::jobs::{Job, JobError, Queue};
use crate::recommendation::{drift, exchange, model, visits};

/// Makes a model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Train {
    /// Its row.
    pub model: RecommendationModelId,
}

impl Job for Train {
    const KIND: &'static str = "recommendation.train";
    const QUEUE: Queue = Queue::Training;
}

/// Looks whether the active model still fits.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CheckDrift {}

impl Job for CheckDrift {
    const KIND: &'static str = "recommendation.check_drift";
    const QUEUE: Queue = Queue::Training;
}

pub(super) async fn train(app: &App, job: Train) -> Result<(), JobError> {
    Ok(Box::pin(model::run(app, job.model)).await?)
}

pub(super) async fn check_drift(app: &App, _: CheckDrift) -> Result<(), JobError> {
    drift::check(app).await?;
    Ok(())
}

/// Has every process that remembers visits read them anew, after some were erased.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ForgetVisits {}

impl Job for ForgetVisits {
    const KIND: &'static str = "recommendation.forget_visits";
    // Not behind a training, which takes its time.
    const QUEUE: Queue = Queue::Mail;
}

pub(super) async fn forget_visits(app: &App, _: ForgetVisits) -> Result<(), JobError> {
    visits::note_erased(app).await?;
    // Here at once, elsewhere when they look next.
    Ok(visits::keep_up(app).await?)
}

/// Deletes the files that tell what people did, after one of them was erased.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DropExports {}

impl Job for DropExports {
    const KIND: &'static str = "recommendation.drop_exports";
    const QUEUE: Queue = Queue::Orders;
}

pub(super) async fn drop_exports(app: &App, _: DropExports) -> Result<(), JobError> {
    exchange::drop_all(app).await.map_err(JobError::Retry)
}
