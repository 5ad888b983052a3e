//! `merx seed`: the demo shop.
use crate::app::App;
use crate::platform::error::Result;
/// Seeds an empty database in development.
pub(super) async fn seed_if_empty(_: &App) -> Result<()> {
    Ok(())
}
/// The demo shop.
pub async fn demo(_: &App) -> Result<()> {
    Ok(())
}
