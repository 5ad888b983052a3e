//! Merchandising: what staff says about searches.
//!
//! Owns the tables `merchandising_rule`, `search_synonym`, `search_stop_word`. A rule is about a query, a category or a
//! collection that is browsed; it pins, boosts, buries or redirects, in one channel, for a while if so wished. Searches
//! read none of this from the database: each process keeps it ([`Shelf`]) and looks again after a few seconds, at once
//! when it was changed by the process itself.

mod apply;
mod check;
mod delete_rule;
pub mod graphql;
mod preview;
mod query;
mod rule;
mod save_rule;
mod save_synonym;
mod shelf;
mod stop_word;

pub(super) use apply::consult;
pub use check::RuleError;
pub use delete_rule::delete_rule;
pub use preview::{Preview, preview};
pub(super) use query::heard_in;
pub use query::{
    ListError, Rule, RuleFilter, StopWord, Synonym, count_rules, count_stop_words, count_synonyms, rule, rules,
    stop_words, synonyms,
};
pub use rule::{Asked, Condition, Effect, Target, View, is_active, plain, target_of, view};
pub use save_rule::{CreateRule, UpdateRule, create_rule, update_rule};
pub use save_synonym::{SynonymError, Words, create_synonym, delete_synonym, update_synonym};
pub use shelf::{Known, Shelf, vocabulary};
pub use stop_word::{StopWordError, create_stop_word, delete_stop_word};
