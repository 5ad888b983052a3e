//! Stub.
pub fn register(_: &mut crate::platform::jobs::Registry<crate::app::App>, _: &mut crate::platform::event::Listeners) {}
