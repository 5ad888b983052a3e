//! The query of insight.

use async_graphql::{Context, Object, Result};
use chrono::{DateTime, Utc};

use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::graphql::guard::{Needs, visible};
use crate::platform::locale::message;
use crate::platform::permission::Permission;
use crate::search::insight::graphql::types::SearchInsights;
use crate::search::insight::{DAYS_MAX, Period};

/// The query of insight.
#[derive(Default)]
pub struct InsightQuery;

#[Object]
impl InsightQuery {
    /// What was searched for in the channel, and what came of it. Staff only: `search.read`.
    #[graphql(
        guard = "Needs(Permission::SearchRead)",
        visible = "visible::search_read",
        cache_control(no_cache, private)
    )]
    async fn search_insights(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A moment of the first day, in UTC; 29 days before the last one when not given.")]
        from: Option<DateTime<Utc>>,
        #[graphql(desc = "A moment of the last day, in UTC; now when not given.")] to: Option<DateTime<Utc>>,
    ) -> Result<SearchInsights> {
        let period = Period::new(from, to, ctx.app().clock.now());
        let refused = || ApiError::bad_input(message!("search-period", max = DAYS_MAX));
        Ok(SearchInsights(period.ok_or_else(refused)?))
    }
}
