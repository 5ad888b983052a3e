//! Changes of merchandising.

use async_graphql::{Context, ID, Object, Result};

use crate::graphql::context::ContextExt;
use crate::graphql::error::{ErrorCode, UserError};
use crate::graphql::guard::{Needs, visible};
use crate::graphql::id::global_id;
use crate::graphql::payload::payloads;
use crate::platform::error::Fault;
use crate::platform::permission::Permission;
use crate::search::merchandising::graphql::input::{
    MerchandisingRuleCreateInput, MerchandisingRuleDeleteInput, MerchandisingRuleUpdateInput,
    SearchStopWordCreateInput, SearchStopWordDeleteInput, SearchSynonymCreateInput, SearchSynonymDeleteInput,
    SearchSynonymUpdateInput,
};
use crate::search::merchandising::graphql::types::{
    MerchandisingRuleObject, SearchStopWordObject, SearchSynonymObject,
};
use crate::search::merchandising::{
    RuleError, StopWordError, SynonymError, create_rule, create_stop_word, create_synonym, delete_rule,
    delete_stop_word, delete_synonym, update_rule, update_synonym,
};

payloads! {
    /// Answer of `merchandisingRuleCreate`.
    MerchandisingRuleCreatePayload {
        /// The new rule; null on errors.
        rule: MerchandisingRuleObject
    } = "INVALID_INPUT, NOT_FOUND, LIMIT_REACHED";
    /// Answer of `merchandisingRuleUpdate`.
    MerchandisingRuleUpdatePayload {
        /// The rule as it is now; null on errors.
        rule: MerchandisingRuleObject
    } = "INVALID_INPUT, NOT_FOUND, STALE_VERSION";
    /// Answer of `merchandisingRuleDelete`.
    MerchandisingRuleDeletePayload {
        /// The id of the rule that is gone; null on errors.
        deleted_id: ID
    } = "NOT_FOUND";
    /// Answer of `searchSynonymCreate`.
    SearchSynonymCreatePayload {
        /// The new row; null on errors.
        synonym: SearchSynonymObject
    } = "INVALID_INPUT, LIMIT_REACHED, PERMISSION_MISSING";
    /// Answer of `searchSynonymUpdate`.
    SearchSynonymUpdatePayload {
        /// The row as it is now; null on errors.
        synonym: SearchSynonymObject
    } = "INVALID_INPUT, NOT_FOUND, STALE_VERSION, PERMISSION_MISSING";
    /// Answer of `searchSynonymDelete`.
    SearchSynonymDeletePayload {
        /// The id of the row that is gone; null on errors.
        deleted_id: ID
    } = "NOT_FOUND, PERMISSION_MISSING";
    /// Answer of `searchStopWordCreate`.
    SearchStopWordCreatePayload {
        /// The new row; null on errors.
        stop_word: SearchStopWordObject
    } = "INVALID_INPUT, ALREADY_EXISTS, LIMIT_REACHED, PERMISSION_MISSING";
    /// Answer of `searchStopWordDelete`.
    SearchStopWordDeletePayload {
        /// The id of the row that is gone; null on errors.
        deleted_id: ID
    } = "NOT_FOUND, PERMISSION_MISSING";
}

fn of_rule(error: RuleError) -> Result<UserError, Fault> {
    let code = match &error {
        RuleError::Fault(_) => ErrorCode::InvalidInput,
        RuleError::Stale(current) => return Ok(UserError::stale(*current, error.path())),
        RuleError::NotFound | RuleError::Unknown(_) => ErrorCode::NotFound,
        RuleError::TooMany => ErrorCode::LimitReached,
        RuleError::Text(_) | RuleError::Number(..) | RuleError::Redirect | RuleError::Time => ErrorCode::InvalidInput,
    };
    match error {
        RuleError::Fault(fault) => Err(fault),
        error => Ok(UserError::new(code, error.message(), error.path())),
    }
}

pub(in crate::search) fn of_synonym(error: SynonymError) -> Result<UserError, Fault> {
    let (code, field) = match &error {
        SynonymError::Stale(current) => return Ok(UserError::stale(*current, &["expectedVersion"])),
        SynonymError::NotFound => (ErrorCode::NotFound, "id"),
        SynonymError::Word(field) => (ErrorCode::InvalidInput, *field),
        SynonymError::Count => (ErrorCode::InvalidInput, "words"),
        SynonymError::Everywhere => (ErrorCode::PermissionMissing, "everywhere"),
        SynonymError::TooMany => (ErrorCode::LimitReached, "words"),
        SynonymError::Fault(_) => (ErrorCode::InvalidInput, "id"),
    };
    match error {
        SynonymError::Fault(fault) => Err(fault),
        error => Ok(UserError::new(code, error.message(), &[field])),
    }
}

fn of_stop_word(error: StopWordError) -> Result<UserError, Fault> {
    let (code, field) = match &error {
        StopWordError::NotFound => (ErrorCode::NotFound, "id"),
        StopWordError::Word => (ErrorCode::InvalidInput, "word"),
        StopWordError::Taken => (ErrorCode::AlreadyExists, "word"),
        StopWordError::Everywhere => (ErrorCode::PermissionMissing, "everywhere"),
        StopWordError::TooMany => (ErrorCode::LimitReached, "word"),
        StopWordError::Fault(_) => (ErrorCode::InvalidInput, "id"),
    };
    match error {
        StopWordError::Fault(fault) => Err(fault),
        error => Ok(UserError::new(code, error.message(), &[field])),
    }
}

/// Changes of merchandising.
#[derive(Default)]
pub struct MerchandisingMutation;

#[Object]
impl MerchandisingMutation {
    /// Makes a merchandising rule in the channel of the request. Staff only: `search.write`.
    #[graphql(guard = "Needs(Permission::SearchWrite)", visible = "visible::search_write")]
    async fn merchandising_rule_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rule.")] input: MerchandisingRuleCreateInput,
    ) -> Result<MerchandisingRuleCreatePayload> {
        let made = Box::pin(create_rule(ctx.app(), ctx.scope(), &ctx.actor(), input.into())).await;
        Ok(match made {
            Ok(rule) => Ok(MerchandisingRuleObject(rule)),
            Err(error) => Err(of_rule(error)?),
        }
        .into())
    }

    /// Changes a merchandising rule of the channel of the request. Staff only: `search.write`.
    #[graphql(guard = "Needs(Permission::SearchWrite)", visible = "visible::search_write")]
    async fn merchandising_rule_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: MerchandisingRuleUpdateInput,
    ) -> Result<MerchandisingRuleUpdatePayload> {
        let command = (input.id.0, input.into());
        let changed = Box::pin(update_rule(ctx.app(), ctx.scope(), &ctx.actor(), command)).await;
        Ok(match changed {
            Ok(rule) => Ok(MerchandisingRuleObject(rule)),
            Err(error) => Err(of_rule(error)?),
        }
        .into())
    }

    /// Deletes a merchandising rule of the channel of the request. Staff only: `search.write`.
    #[graphql(guard = "Needs(Permission::SearchWrite)", visible = "visible::search_write")]
    async fn merchandising_rule_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: MerchandisingRuleDeleteInput,
    ) -> Result<MerchandisingRuleDeletePayload> {
        let id = input.id.0;
        let deleted = Box::pin(delete_rule(ctx.app(), ctx.scope(), &ctx.actor(), id)).await;
        Ok(match deleted {
            Ok(()) => Ok(global_id(id)),
            Err(error) => Err(of_rule(error)?),
        }
        .into())
    }

    /// Makes words mean the same in searches of the channel of the request, or of all. Staff only: `search.write`.
    #[graphql(guard = "Needs(Permission::SearchWrite)", visible = "visible::search_write")]
    async fn search_synonym_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The words.")] input: SearchSynonymCreateInput,
    ) -> Result<SearchSynonymCreatePayload> {
        let command = ("searchSynonymCreate", input.everywhere, input.into());
        let made = Box::pin(create_synonym(ctx.app(), ctx.scope(), &ctx.actor(), command)).await;
        Ok(match made {
            Ok(row) => Ok(SearchSynonymObject(row)),
            Err(error) => Err(of_synonym(error)?),
        }
        .into())
    }

    /// Replaces words that mean the same in searches. Staff only: `search.write`.
    #[graphql(guard = "Needs(Permission::SearchWrite)", visible = "visible::search_write")]
    async fn search_synonym_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The words.")] input: SearchSynonymUpdateInput,
    ) -> Result<SearchSynonymUpdatePayload> {
        let command = (input.id.0, input.expected_version, input.into());
        let changed = Box::pin(update_synonym(ctx.app(), ctx.scope(), &ctx.actor(), command)).await;
        Ok(match changed {
            Ok(row) => Ok(SearchSynonymObject(row)),
            Err(error) => Err(of_synonym(error)?),
        }
        .into())
    }

    /// Has words mean the same in searches no more. Staff only: `search.write`.
    #[graphql(guard = "Needs(Permission::SearchWrite)", visible = "visible::search_write")]
    async fn search_synonym_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which row.")] input: SearchSynonymDeleteInput,
    ) -> Result<SearchSynonymDeletePayload> {
        let id = input.id.0;
        let deleted = Box::pin(delete_synonym(ctx.app(), ctx.scope(), &ctx.actor(), id)).await;
        Ok(match deleted {
            Ok(()) => Ok(global_id(id)),
            Err(error) => Err(of_synonym(error)?),
        }
        .into())
    }

    /// Leaves a word out of searches of the channel of the request, or of all. Staff only: `search.write`.
    #[graphql(guard = "Needs(Permission::SearchWrite)", visible = "visible::search_write")]
    async fn search_stop_word_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The word.")] input: SearchStopWordCreateInput,
    ) -> Result<SearchStopWordCreatePayload> {
        let command = (input.everywhere, input.word);
        let made = Box::pin(create_stop_word(ctx.app(), ctx.scope(), &ctx.actor(), command)).await;
        Ok(match made {
            Ok(row) => Ok(SearchStopWordObject(row)),
            Err(error) => Err(of_stop_word(error)?),
        }
        .into())
    }

    /// Has a word count in searches again. Staff only: `search.write`.
    #[graphql(guard = "Needs(Permission::SearchWrite)", visible = "visible::search_write")]
    async fn search_stop_word_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which row.")] input: SearchStopWordDeleteInput,
    ) -> Result<SearchStopWordDeletePayload> {
        let id = input.id.0;
        let deleted = Box::pin(delete_stop_word(ctx.app(), ctx.scope(), &ctx.actor(), id)).await;
        Ok(match deleted {
            Ok(()) => Ok(global_id(id)),
            Err(error) => Err(of_stop_word(error)?),
        }
        .into())
    }
}
