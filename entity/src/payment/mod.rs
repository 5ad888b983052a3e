//! What was paid, given back, and told by gateways.

pub mod dispute;
pub mod gateway_customer;
pub mod gateway_event;
pub mod gift_card;
pub mod gift_card_entry;
#[expect(clippy::module_inception, reason = "a file is named like its table")]
pub mod payment;
pub mod payment_capture;
pub mod payment_event;
pub mod payment_method;
pub mod reconciliation;
pub mod reconciliation_difference;
pub mod refund;
