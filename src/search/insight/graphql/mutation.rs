//! The mutation of insight.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use crate::graphql::context::ContextExt;
use crate::graphql::error::{UserError, Warning};
use crate::graphql::guard::{Needs, visible};
use crate::platform::permission::Permission;
use crate::search::insight::{AcceptSuggestion, accept_suggestion};
use crate::search::merchandising::graphql::{SearchSynonymObject, of_synonym};

/// A suggestion to agree to.
#[derive(InputObject)]
pub struct SearchSynonymSuggestionAcceptInput {
    /// What led to nothing, as suggested.
    given_up: String,
    /// What led to a click, as suggested.
    found_by: String,
    /// Whether each shall find the other; else `givenUp` finds what `foundBy` finds, and not the other way round.
    #[graphql(default)]
    both_ways: bool,
}

/// Answer of `searchSynonymSuggestionAccept`.
#[derive(SimpleObject)]
pub struct SearchSynonymSuggestionAcceptPayload {
    /// The synonyms that were made of it; null on errors.
    synonym: Option<SearchSynonymObject>,
    /// Why nothing was made: NOT_FOUND when visits did no such thing, INVALID_INPUT, LIMIT_REACHED.
    errors: Vec<UserError>,
    /// What was done differently from what was asked.
    warnings: Vec<Warning>,
}

/// The mutation of insight.
#[derive(Default)]
pub struct InsightMutation;

#[Object]
impl InsightMutation {
    /// Makes synonyms in the channel of the request of words that visits gave up for others. Staff only: `search.write`.
    #[graphql(guard = "Needs(Permission::SearchWrite)", visible = "visible::search_write")]
    async fn search_synonym_suggestion_accept(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The suggestion.")] input: SearchSynonymSuggestionAcceptInput,
    ) -> Result<SearchSynonymSuggestionAcceptPayload> {
        let command = AcceptSuggestion {
            given_up: input.given_up,
            found_by: input.found_by,
            both_ways: input.both_ways,
        };
        let made = Box::pin(accept_suggestion(ctx.app(), ctx.scope(), &ctx.actor(), command)).await;
        let (synonym, errors) = match made {
            Ok(row) => (Some(SearchSynonymObject(row)), Vec::new()),
            Err(error) => (None, vec![of_synonym(error)?]),
        };
        Ok(SearchSynonymSuggestionAcceptPayload {
            synonym,
            errors,
            warnings: Vec::new(),
        })
    }
}
