//! Insight: which searches were made, and what came of them.
//!
//! Owns the tables `search_log`, `search_attribution`, `search_day`, `search_query_day`, `search_position_day`,
//! `search_reformulation_day`, `search_popular`. Listens to `InteractionsTracked`, `OrderPlaced` and, in the transaction,
//! `VisitsForgotten`. A search is noted
//! in memory and written by itself in batches, so that none waits for it; what cannot be kept is lost, counted and said.
//! What staff asks for is counted by day beforehand ([`roll_up`]), so that it costs the same on millions of searches.
//!
//! Nothing here names a person: a visit is a keyed hash, and given by who agreed to it alone; a query that may hold an
//! address, a phone number or the number of a card is noted without its words.

mod accept;
mod attribute;
mod count;
mod forget;
pub mod graphql;
mod log;
mod personal;
mod popular;
mod reformulation;
mod report;
mod roll_up;
mod sweep;

pub use accept::{AcceptSuggestion, accept_suggestion};
pub use attribute::{attribute_interactions, attribute_order};
pub(super) use forget::{export, forget};
pub use log::{Noted, SearchLog, flush, note};
pub use personal::{WITHHELD, is_personal, keepable};
pub use popular::{VISITS_MIN, going_on};
pub use reformulation::swapped;
pub use report::{
    DAYS_MAX, Focus, ListError, Period, QueryStats, Suggestion, Totals, count_queries, positions, queries, suggestions,
    totals,
};
pub use roll_up::roll_up;
pub use sweep::sweep;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// The day of a moment: days since 1970-01-01, UTC.
pub(crate) fn day_of(at: chrono::DateTime<chrono::Utc>) -> i32 {
    i32::try_from(at.timestamp().div_euclid(DAY)).unwrap_or_default()
}

/// When a day begins.
pub(crate) fn begin_of(day: i32) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp(i64::from(day) * DAY, 0).unwrap_or_default()
}
