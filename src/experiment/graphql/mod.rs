//! Experiments in the schema.

mod input;
mod mutation;
mod query;
mod results;
mod types;

pub use mutation::ExperimentMutation;
pub use query::ExperimentQuery;
