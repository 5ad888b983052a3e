//! Checkout.
/// Gives back reservations that have lapsed.
pub async fn sweep(_: &crate::app::App) -> crate::platform::error::Result<()> {
    Ok(())
}
