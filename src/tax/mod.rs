//! Tax: flat rates by country.
//!
//! Owns the table `tax_rate`. Emits nothing. Invariant: tax is computed a line and rounded there, half away from zero,
//! so that the lines of a bill add up to its total.

mod query;
mod rate;

pub use query::TaxRates;
pub use rate::{tax_on_net, tax_within_gross};
