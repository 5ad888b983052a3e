//! What belongs to no domain.

pub mod idempotency_key;
pub mod number_sequence;
