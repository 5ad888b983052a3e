//! Our books are compared with those of the gateways.
//!
//! Owns the tables `reconciliation`, `reconciliation_difference`. What a gateway did not tell, or told in vain, is heard
//! here and settled; what cannot be settled is written down once, and people are told.

mod compare;
mod differences;
mod examine;
mod graphql;
mod left;
mod query;
mod round;
mod tell;

pub use compare::{Difference, Kind, Ours, differences};
pub use graphql::ReconciliationQuery;
pub use query::{DifferenceFilter, ListError, Reconciliation, ReconciliationDifference};
pub use round::{reconcile, reconcile_when_due};
pub use tell::TellDifferences;
pub(super) use tell::tell;
