//! `merx migrate`.

use std::process::ExitCode;

use crate::config::Config;
use crate::platform::error::Result;

/// Brings the schema of the database up to date.
pub(super) async fn migrate(config: Config) -> Result<ExitCode> {
    super::open(config.without_statement_timeout()).await?;
    tracing::info!("the database is up to date");
    Ok(ExitCode::SUCCESS)
}
