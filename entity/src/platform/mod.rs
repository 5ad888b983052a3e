//! What belongs to no domain.

pub mod number_sequence;
