//! A training, from the orders in the database to the active model: in this process, or in one of its own.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use chrono::DateTime;
use entity::RecommendationModelId;

use crate::app::App;
use crate::platform::error::{Fault, Result};
use crate::recommendation::drift::drift;
use crate::recommendation::history::{Source, source};
use crate::recommendation::memory::reload;
use crate::recommendation::model::finish::{Finished, finish};
use crate::recommendation::model::learn::{Learned, Parameters, STAGES, learn, measure};
use crate::recommendation::model::metrics::Metrics;
use crate::recommendation::model::write::{Attempt, attempt, fail, knowledge, stage};

/// How often it is looked how far the heavy part is.
const LOOK: Duration = Duration::from_millis(200);

/// Where trainings run.
#[derive(Clone, Debug, Default)]
pub enum Trainer {
    /// In this process.
    #[default]
    Here,
    /// In a process of their own: what they need of memory goes with it.
    Child {
        /// The program.
        program: PathBuf,
        /// What was configured by arguments, as variables.
        variables: Vec<(OsString, OsString)>,
    },
}

/// Makes the model `model`, which waits for it, where the application trains. What goes wrong is noted in its row.
///
/// # Errors
/// Those of the database; when the process cannot be started.
pub async fn run(app: &App, model: RecommendationModelId) -> Result<()> {
    let Some(attempt) = attempt(app, model).await? else {
        // Its job was run before, or another one took its place.
        return Ok(());
    };
    let Trainer::Child { program, variables } = &app.recommender.trainer else {
        return train(app, attempt).await;
    };
    let mut child = std::process::Command::new(program)
        .args(["train", "--model", &model.to_string()])
        .args(["--attempt", &attempt.number.to_string()])
        .envs(variables.iter().cloned())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()?;
    // It goes on where this process is told to stop meanwhile: what it has begun, it ends.
    let ended = loop {
        match child.try_wait()? {
            Some(ended) => break ended,
            None => tokio::time::sleep(LOOK).await,
        }
    };
    // One that ended well wrote down what it did.
    if !ended.success() {
        fail(app, attempt, &format!("the process ended: {ended}")).await?;
    }
    reload(app).await;
    Ok(())
}

/// Makes a model in this process. What goes wrong is noted in its row, unless another attempt took over.
///
/// # Errors
/// Those of the database.
pub async fn train(app: &App, attempt: Attempt) -> Result<()> {
    match make(app, attempt).await {
        Ok(()) => Ok(()),
        Err(fault) => {
            tracing::error!(model = %attempt.model, %fault, "a model of recommendations was not made");
            fail(app, attempt, &fault.to_string()).await
        }
    }
}

async fn make(app: &App, attempt: Attempt) -> Result<()> {
    let parameters = Parameters::default();
    let percent = Arc::new(AtomicI32::new(0));
    let read = source(app, |share| {
        let done = (share * f64::from(STAGES[1].1)) as i32;
        percent.store(done.min(STAGES[1].1 - 1), Ordering::Relaxed);
    });
    let source = Arc::new(noted(app, attempt, &percent, read).await?);
    let work = heavy(Arc::clone(&source), parameters, Arc::clone(&percent));
    let (learned, metrics) = noted(app, attempt, &percent, work).await?;
    let (writing, done) = STAGES[6];
    stage(app, attempt, writing, done).await?;
    knowledge(app, attempt, &source.products, &learned).await?;
    let times = source
        .history
        .baskets
        .iter()
        .filter_map(|basket| DateTime::from_timestamp(basket.at, 0));
    let finished = Finished {
        window: times.clone().min().zip(times.max()),
        orders: source.history.baskets.len(),
        customers: source.history.customers,
        items: source.products.len(),
        parameters: serde_json::to_value(parameters)?,
        metrics,
        observed: drift(app).await?.hit_rate,
    };
    finish(app, attempt, &finished).await
}

/// The part that computes, on threads of its own.
async fn heavy(
    source: Arc<Source>,
    parameters: Parameters,
    percent: Arc<AtomicI32>,
) -> Result<(Learned, Option<Metrics>)> {
    let work = tokio::task::spawn_blocking(move || {
        let learned = learn(&source, &parameters, |part| {
            percent.store(STAGES[part].1, Ordering::Relaxed)
        })?;
        percent.store(STAGES[5].1, Ordering::Relaxed);
        // What was learnt is kept, though it is not known how good it is.
        let metrics = measure(&source).inspect_err(|error| tracing::warn!(%error, "a model was not measured"));
        Ok((learned, metrics.ok()))
    });
    let done: Result<_, recommender::EaseError> = work.await.map_err(|e| Fault::part("training", e))?;
    done.map_err(|e| Fault::part("training", e))
}

/// Does `work`, and notes meanwhile how far it is.
async fn noted<T>(
    app: &App,
    attempt: Attempt,
    percent: &AtomicI32,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    tokio::pin!(work);
    let mut last = -1;
    loop {
        tokio::select! {
            done = &mut work => return done,
            () = tokio::time::sleep(LOOK) => {
                let now = percent.load(Ordering::Relaxed);
                if now != last {
                    last = now;
                    let part = STAGES.iter().rev().find(|(_, from)| *from <= now);
                    stage(app, attempt, part.map_or("", |(name, _)| name), now).await?;
                }
            }
        }
    }
}
