//! Stub.
mod import;
pub use import::{HistoricLine, HistoricOrder, ImportOrderError, Imported};
pub(crate) use import::{import_batch, recount_units_sold};
pub fn register(_: &mut crate::platform::jobs::Registry<crate::app::App>, _: &mut crate::platform::event::Listeners) {}
