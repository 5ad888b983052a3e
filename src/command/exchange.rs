//! `merx exchange`: what was bought and looked at goes out as Parquet, neighbours computed elsewhere come in.

use std::io::Write;
use std::process::ExitCode;

use clap::Subcommand;

use crate::config::Config;
use crate::platform::error::{Fault, Result};
use crate::recommendation::exchange::{ExportError, ImportError, export, import};

/// What is exchanged.
#[derive(Subcommand, Debug)]
pub(super) enum What {
    /// Writes all orders and interactions into a file of the private part of the object store, and prints its key. The file
    /// goes after a week, and when a customer is erased.
    Export,
    /// Recommends by the neighbours of a file in the private part of the object store.
    Import {
        /// Its key.
        key: String,
    },
}

/// Runs the command.
pub(super) async fn exchange(config: Config, what: What) -> Result<ExitCode> {
    let app = super::open(config.without_statement_timeout()).await?;
    match what {
        What::Export => match export(&app).await {
            Ok(export) => writeln!(std::io::stdout(), "{}: {} lines", export.key, export.lines)?,
            Err(ExportError::Fault(fault)) => return Err(fault),
            Err(error) => return Err(Fault::part("exchange", error)),
        },
        What::Import { key } => match import(&app, &key).await {
            Ok(model) => writeln!(std::io::stdout(), "{model}")?,
            Err(ImportError::Fault(fault)) => return Err(fault),
            Err(error) => return Err(Fault::part("exchange", error)),
        },
    }
    Ok(ExitCode::SUCCESS)
}
