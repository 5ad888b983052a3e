//! `merx reindex`: the search index, anew.

use std::process::ExitCode;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};

use crate::config::{Config, SearchEngine};
use crate::platform::error::{Fault, Result};
use crate::search;

/// Builds the index anew from the database. A running server sees it when it is finished, and uses the old one till then.
pub(super) async fn reindex(config: Config) -> Result<ExitCode> {
    let app = super::open(config.without_statement_timeout()).await?;
    let style =
        ProgressStyle::with_template("{spinner} {pos} products, {per_sec}").map_err(|e| Fault::part("progress", e))?;
    let bar = ProgressBar::new_spinner().with_style(style);
    let begun = Instant::now();
    let products = search::rebuild(&app, |read| bar.set_position(read as u64)).await?;
    bar.finish_and_clear();
    let behind = app.config.search_engine() != SearchEngine::Embedded;
    if behind {
        tracing::info!("the embedded index is built; Meilisearch is next");
        search::mend(&app, true).await?;
    }
    tracing::info!(
        products,
        seconds = begun.elapsed().as_secs_f32(),
        "the search index is built"
    );
    Ok(ExitCode::SUCCESS)
}
