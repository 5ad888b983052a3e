//! `merx webhook`: what payment gateways told.

use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};

use crate::config::Config;
use crate::payment::inbox::{Replay, Which, replay};
use crate::platform::error::Result;

/// What to do with what was told.
#[derive(Subcommand, Debug)]
pub enum What {
    /// Has events dealt with again. The objects that they name are read as they are now: it does no harm.
    Replay(ReplayArgs),
}

/// Which events.
#[derive(Args, Debug)]
pub struct ReplayArgs {
    /// The gateway that told them, for example `stripe`.
    #[arg(long)]
    gateway: String,
    #[command(flatten)]
    which: WhichArgs,
}

/// One of the three.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub struct WhichArgs {
    /// The event with this id at the gateway, for example `evt_1N…`.
    #[arg(long)]
    event: Option<String>,
    /// All that came since, for example `2026-11-21T00:00:00Z`.
    #[arg(long)]
    since: Option<DateTime<Utc>>,
    /// All that wait, or were found to be about nothing of ours.
    #[arg(long)]
    unapplied: bool,
}

/// Runs the command. The jobs are done by the server, or by `merx worker`.
pub(super) async fn webhook(config: Config, what: What) -> Result<ExitCode> {
    let What::Replay(ReplayArgs { gateway, which }) = what;
    let app = super::open(config).await?;
    let which = match (which.event, which.since) {
        (Some(event), _) => Which::Event(event),
        (None, Some(since)) => Which::Since(since),
        (None, None) => Which::Unapplied,
    };
    let replayed = replay(&app, Replay { gateway, which }).await?;
    tracing::info!(replayed, "events wait to be dealt with again");
    Ok(ExitCode::SUCCESS)
}
