//! What the rules make of a search, side by side, for who writes them.

use chrono::{DateTime, Utc};

use crate::app::App;
use crate::channel::Scope;
use crate::search::query::{Answer, Curate, Query, SearchError, search};

/// The answer to a search with the rules, and without.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Without.
    pub plain: Answer,
    /// With them.
    pub curated: Answer,
}

/// Searches twice. `at` is the time whose rules count; now when not given. Nothing is logged.
///
/// # Errors
/// See [`SearchError`].
pub async fn preview(
    app: &App,
    scope: &Scope,
    query: Query,
    at: Option<DateTime<Utc>>,
) -> Result<Preview, SearchError> {
    let with = Query {
        curate: at.map_or(Curate::Now, Curate::At),
        ..query.clone()
    };
    let without = Query {
        curate: Curate::Never,
        ..query
    };
    Ok(Preview {
        plain: search(app, scope, without).await?,
        curated: search(app, scope, with).await?,
    })
}
