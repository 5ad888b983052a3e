//! What staff says about searches, and what is known of those that were made.

pub mod merchandising_rule;
pub mod product_vector;
pub mod search_attribution;
pub mod search_day;
pub mod search_lease;
pub mod search_log;
pub mod search_missing;
pub mod search_popular;
pub mod search_position_day;
pub mod search_query_day;
pub mod search_reformulation_day;
pub mod search_stop_word;
pub mod search_synonym;
