//! `merx schema`: what is checked in and compared.

use std::io::Write;
use std::process::ExitCode;

use crate::platform::error::Result;

/// What is to be printed.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
#[group(multiple = false)]
pub(super) struct What {
    /// Print the schema as a subgraph of Apollo Federation.
    #[arg(long)]
    federation: bool,
    /// Print .env.example instead.
    #[arg(long)]
    dotenv: bool,
    /// Print docs/permissions.md instead: who may use what.
    #[arg(long)]
    permissions: bool,
}

/// Prints the schema, the schema as a subgraph, `.env.example`, or who may use what.
pub(super) fn schema(what: What) -> Result<ExitCode> {
    let text = match what {
        What { dotenv: true, .. } => crate::config::env_example(),
        What { federation: true, .. } => crate::http::subgraph_sdl(),
        What { permissions: true, .. } => crate::http::permissions(),
        What { .. } => crate::http::sdl(),
    };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
