//! `merx reconcile`: our books and those of the gateways, compared now.

use std::process::ExitCode;

use crate::config::Config;
use crate::payment::reconcile::reconcile;
use crate::platform::error::Result;

/// Compares with every gateway and settles what can be. What follows, such as the order of a payment, is done by the server
/// or by `merx worker`. Fails when something differs, or a gateway did not answer to the end.
pub(super) async fn run(config: Config) -> Result<ExitCode> {
    let app = super::open(config).await?;
    crate::checkout::settle(&app).await?;
    let rounds = reconcile(&app).await?;
    let fine = rounds
        .iter()
        .all(|round| round.differences == 0 && round.failure.is_none());
    Ok(if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
