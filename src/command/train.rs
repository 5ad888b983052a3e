//! `merx train`: a model of recommendations, now.

use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use entity::RecommendationModelId;
use indicatif::{ProgressBar, ProgressStyle};

use crate::app::App;
use crate::config::Config;
use crate::platform::error::{Fault, Result};
use crate::recommendation::model::{Attempt, StartError, TrainReason, attempt, begin, models_by_ids, train};

/// How often the progress is looked at.
const LOOK: std::time::Duration = std::time::Duration::from_millis(250);

/// What is made.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// A model whose row is there already: how a worker starts this in a process of its own.
    #[arg(long)]
    model: Option<RecommendationModelId>,
    /// The attempt to make it that this is.
    #[arg(long, requires = "model")]
    attempt: Option<i64>,
}

/// Makes a model from the orders in the database and recommends by it, unless it is worse than the one there is. Prints how
/// long it took and the most memory that the process held.
pub(super) async fn run(config: Config, args: Args) -> Result<ExitCode> {
    let app = super::open(config.without_statement_timeout()).await?;
    let begun = Instant::now();
    let model = match args.model {
        Some(model) => model,
        None => {
            let tx = app.db.begin().await?;
            let model = begin(&tx, &app, TrainReason::Command).await;
            let model = model.map_err(|error| match error {
                StartError::Fault(fault) => fault,
                error => Fault::part("training", error),
            })?;
            tx.commit().await?;
            model
        }
    };
    let attempt = match args.attempt {
        Some(number) => Some(Attempt { model, number }),
        None => attempt(&app, model).await?,
    };
    let attempt = attempt.ok_or_else(|| Fault::part("training", "the model is not to be made any more"))?;
    shown(&app, model, train(&app, attempt)).await?;
    let row = models_by_ids(&app.db, &[model]).await?.remove(&model);
    let row = row.ok_or(Fault::Invariant("a model vanished"))?;
    if let Some(failure) = row.failure {
        tracing::error!(failure, "no model was made");
        return Ok(ExitCode::FAILURE);
    }
    if let Some(withheld) = &row.withheld {
        tracing::warn!(withheld, "the model was not made the active one");
    }
    let mut text = format!(
        "model {}: {} orders, {} customers, {} products in {:.1} s",
        row.version,
        row.orders,
        row.customers,
        row.items,
        begun.elapsed().as_secs_f32()
    );
    if let Some(kilobytes) = peak_memory() {
        text.push_str(&format!(", {} MB at most", kilobytes / 1024));
    }
    text.push_str(&format!("\n{}\n", row.metrics));
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// Shows how far a training is while it runs.
async fn shown(app: &App, model: RecommendationModelId, work: impl Future<Output = Result<()>>) -> Result<()> {
    let style = ProgressStyle::with_template("{bar:40} {pos} % {msg}").map_err(|e| Fault::part("progress", e))?;
    let bar = ProgressBar::new(100).with_style(style);
    tokio::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => {
                bar.finish_and_clear();
                return done;
            }
            () = tokio::time::sleep(LOOK) => {
                if let Some(row) = models_by_ids(&app.db, &[model]).await?.remove(&model) {
                    bar.set_position(u64::try_from(row.progress).unwrap_or_default());
                    bar.set_message(row.stage);
                }
            }
        }
    }
}

/// The most memory that the process has held, in kilobytes; where the system says.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}
