//! `merx eval`: how good answers are, on files that anyone can have.

mod plot;
mod search;

use std::process::ExitCode;

use clap::Subcommand;

use crate::config::Config;
use crate::platform::error::Result;

/// What is evaluated.
#[derive(Subcommand, Debug)]
pub(super) enum What {
    /// Sends queries whose products people have graded to each search engine and says how good the answers are.
    Search(search::Args),
}

/// Runs the command.
pub(super) async fn eval(config: Config, what: What) -> Result<ExitCode> {
    match what {
        What::Search(args) => search::search(config, args).await,
    }
}
