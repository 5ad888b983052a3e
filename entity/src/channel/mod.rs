//! Markets, places, taxes and deliveries.

#[expect(clippy::module_inception, reason = "a file is named like its table")]
pub mod channel;
pub mod channel_location;
pub mod delivery_method;
pub mod location;
pub mod tax_rate;
