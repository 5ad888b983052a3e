//! What was paid.

#[expect(clippy::module_inception, reason = "a file is named like its table")]
pub mod payment;
pub mod payment_event;
