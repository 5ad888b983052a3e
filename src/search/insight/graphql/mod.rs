//! Insight in the schema: all of it for staff.

mod mutation;
mod query;
mod types;

pub use mutation::InsightMutation;
pub use query::InsightQuery;
