//! Reservations whose time is up are given back.

use crate::app::App;
use crate::inventory::release_expired;
use crate::platform::error::Result;

/// Reservations given back in one transaction.
const BATCH: u64 = 200;

/// Gives back all reservations that have lapsed.
///
/// # Errors
/// Those of the database; what was given back before stays so.
pub async fn sweep(app: &App) -> Result<()> {
    loop {
        let tx = app.db.begin().await?;
        let released = release_expired(&tx, app.clock.now(), BATCH).await?;
        tx.commit().await?;
        if released > 0 {
            tracing::info!(released, "lapsed reservations given back");
        }
        if (released as u64) < BATCH {
            return Ok(());
        }
    }
}
