//! Search.
pub mod engine;
pub use engine::Engine;
pub fn register(_: &mut crate::platform::jobs::Registry<crate::app::App>, _: &mut crate::platform::event::Listeners) {}
/// Makes the index ready.
pub async fn prepare(_: &crate::app::App) -> crate::platform::error::Result<()> {
    Ok(())
}
