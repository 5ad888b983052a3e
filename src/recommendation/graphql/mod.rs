//! Recommendations in the schema.

mod query;
mod rules;
mod staff;
mod types;

pub use query::{RecommendationQuery, recommendations_of};
pub use rules::{RecommendationRuleMutation, RecommendationRuleQuery};
pub use staff::{RecommendationModelMutation, RecommendationModelQuery};
pub use types::{RecommendationConnection, RecommendationExperiment, RecommendationIntent, ShownTo};
