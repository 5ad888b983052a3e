//! Search: a satellite that listens to the catalogue, to inventory, to orders and to analytics. Its tables are those of
//! [`merchandising`] and [`insight`].
//!
//! The index holds keys and what is matched, counted and sorted by; everything shown comes from the database through the
//! viewer's scope. When the engine has no answer the database gives a plainer one, marked `degraded`. Cursors carry the
//! rank and key of the last hit ("search after"), so that page 1,000 costs what page 1 does and a product that appears
//! meanwhile shifts nothing; a commit between two pages may move scores a little, and with them a hit over the edge.

mod collection;
mod cursor;
mod document;
pub mod embedder;
pub mod engine;
pub mod eval;
mod facet;
mod filter;
mod graphql;
pub mod highlight;
mod index;
pub mod insight;
mod jobs;
pub mod language;
mod lease;
pub mod merchandising;
mod missing;
mod query;
mod rescue;
mod suggest;
mod text;
mod trial;
mod vectors;
mod walk;
pub mod words;

pub use engine::Engine;
pub use facet::{Facet, FacetKind, FacetValue};
pub use filter::FilterInput;
pub use graphql::SearchQuery;
pub use index::{Search, index_products, keep_whole, lags, mend, mend_missing, owner, prepare, rebuild};
pub use insight::graphql::{InsightMutation, InsightQuery};
pub use insight::{flush, roll_up, sweep};
pub use jobs::register;
pub use language::Language;
pub use merchandising::graphql::{MerchandisingMutation, MerchandisingQuery};
pub use query::{Answer, Curate, OUTSIDE, Query, SearchError, search};
pub use rescue::{Rescue, RescueKind, rescue};
pub use suggest::{Suggestions, suggest};
pub use text::strip_html;
pub use trial::understand;
pub use vectors::give as give_vector;
