//! Tax.

mod rate;
