//! What staff sees of the searches of a channel.

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::graphql::page::{Connection, Count};
use crate::platform::locale::message;
use crate::platform::page::PageArgs;
use crate::search::insight::{
    Focus, ListError, Period, QueryStats, Suggestion, Totals, count_queries, positions, queries, suggestions, totals,
};

/// Suggestions at once at most.
const SUGGESTIONS_MAX: usize = 100;

/// What queries are looked at for.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "Focus")]
pub enum SearchQueryFocus {
    /// Those that are made most.
    Top,
    /// Those that find nothing, the most frequent first.
    #[graphql(name = "ZERO_RESULTS")]
    Empty,
    /// Those that find something which is not opened: ten searches at least, of which at most one in ten led to a click; the
    /// most frequent first.
    #[graphql(name = "LOW_CLICK")]
    LowClick,
}

/// What was counted of searches.
#[derive(SimpleObject)]
pub struct SearchCounts {
    /// Searches; a later page of the same is none.
    searches: i64,
    /// Those without a hit.
    zero_results: i64,
    /// Those that a plainer part answered because the engine did not.
    degraded: i64,
    /// Those of which a hit was opened.
    clicked_searches: i64,
    /// Hits that were opened, each once a search.
    clicks: i64,
    /// `clickedSearches` by `searches`; null without a search.
    click_through_rate: Option<f64>,
    /// Where the opened hits stood, from 1; null when no position was told.
    average_click_position: Option<f64>,
    /// Hits that were put into a cart, each once a search.
    cart_adds: i64,
    /// Hits that were bought within 24 hours, each once a search.
    orders: i64,
}

impl From<Totals> for SearchCounts {
    fn from(totals: Totals) -> Self {
        Self {
            click_through_rate: totals.click_through_rate(),
            average_click_position: totals.average_position(),
            searches: totals.searches,
            zero_results: totals.empty,
            degraded: totals.degraded,
            clicked_searches: totals.clicked,
            clicks: totals.clicks,
            cart_adds: totals.carts,
            orders: totals.orders,
        }
    }
}

/// A query with what was counted of it.
pub struct SearchQueryStatsObject(QueryStats);

/// A query with what was counted of it.
#[Object(name = "SearchQueryStats", cache_control(no_cache, private))]
impl SearchQueryStatsObject {
    /// The query: lower case, one space between words.
    async fn query(&self) -> &str {
        &self.0.query
    }

    /// What was counted.
    async fn counts(&self) -> SearchCounts {
        self.0.totals.clone().into()
    }
}

/// How often hits at a position were opened.
#[derive(SimpleObject)]
pub struct SearchClickPosition {
    /// The position, from 1; 101 stands for all that follow.
    position: i32,
    /// Hits that were opened.
    clicks: i64,
}

/// Words that may mean the same.
#[derive(SimpleObject)]
pub struct SearchSynonymSuggestion {
    /// What found nothing, or nothing that was opened.
    given_up: String,
    /// What the same visit looked for within two minutes instead, and opened a hit of.
    found_by: String,
    /// Visits that did so, counted by day.
    sessions: i64,
}

impl From<Suggestion> for SearchSynonymSuggestion {
    fn from(suggestion: Suggestion) -> Self {
        Self {
            given_up: suggestion.given_up,
            found_by: suggestion.found_by,
            sessions: suggestion.sessions,
        }
    }
}

struct Queries(Period, Focus);

#[async_trait::async_trait]
impl Count for Queries {
    async fn count(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(count_queries(&ctx.app().db, ctx.scope(), (self.0, self.1)).await?)
    }
}

/// What was searched for in the channel, and what came of it.
pub struct SearchInsights(pub Period);

/// What was searched for in the channel, and what came of it. Searches without words are not counted. Days are those of
/// UTC; today's numbers are some minutes old.
#[Object(cache_control(no_cache, private))]
impl SearchInsights {
    /// When the first day begins.
    async fn from(&self) -> DateTime<Utc> {
        self.0.begin()
    }

    /// When the last day ends.
    async fn to(&self) -> DateTime<Utc> {
        self.0.end()
    }

    /// What was counted of all queries.
    async fn counts(&self, ctx: &Context<'_>) -> Result<SearchCounts> {
        Ok(totals(&ctx.app().db, ctx.scope(), self.0).await?.into())
    }

    /// The queries. One that may tell who somebody is, is counted in `counts` alone.
    async fn queries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What they are looked at for; TOP when not given.")] focus: Option<SearchQueryFocus>,
        #[graphql(desc = "Queries a page, 0 to 250; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor to start behind.")] after: Option<String>,
    ) -> Result<Connection<SearchQueryStatsObject>> {
        let args = PageArgs::new(first, after, true)?;
        let focus: Focus = focus.map(Into::into).unwrap_or_default();
        let page = match queries(&ctx.app().db, ctx.scope(), (self.0, focus), &args).await {
            Ok(page) => page,
            Err(ListError::Page(error)) => return Err(error.into()),
            Err(ListError::Fault(fault)) => return Err(fault.into()),
        };
        Ok(Connection::new(page, SearchQueryStatsObject, Queries(self.0, focus)))
    }

    /// How often hits were opened, by position; those that were never opened are left out.
    async fn click_positions(&self, ctx: &Context<'_>) -> Result<Vec<SearchClickPosition>> {
        let rows = positions(&ctx.app().db, ctx.scope(), self.0).await?;
        let shown = |(position, clicks)| SearchClickPosition { position, clicks };
        Ok(rows.into_iter().map(shown).collect())
    }

    /// Words that three visits at least gave up for others which led to a click, the most frequent first; not those that
    /// mean the same already. `searchSynonymSuggestionAccept` makes synonyms of them.
    async fn synonym_suggestions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Suggestions at most, 0 to 100; 20 when not given.")] first: Option<i32>,
    ) -> Result<Vec<SearchSynonymSuggestion>> {
        let first = usize::try_from(first.unwrap_or(20))
            .ok()
            .filter(|first| *first <= SUGGESTIONS_MAX)
            .ok_or_else(|| {
                ApiError::bad_input(message!("out-of-range", name = "first", min = 0, max = SUGGESTIONS_MAX))
            })?;
        let found = suggestions(&ctx.app().db, ctx.scope(), self.0, first).await?;
        Ok(found.into_iter().map(Into::into).collect())
    }
}
