//! What is recommended, and by what.

pub mod recommendation_day;
pub mod recommendation_export;
pub mod recommendation_item;
pub mod recommendation_model;
pub mod recommendation_neighbours;
pub mod recommendation_outcome_day;
pub mod recommendation_rule;
pub mod recommendation_shown_day;
pub mod recommendation_state;
