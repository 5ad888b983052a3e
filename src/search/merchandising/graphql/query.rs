//! Queries of merchandising.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use entity::MerchandisingRuleId;

use crate::catalog::ProductObject;
use crate::graphql::context::ContextExt;
use crate::graphql::guard::{Needs, visible};
use crate::graphql::id::{Gid, global_id};
use crate::graphql::page::{Connection, Count};
use crate::platform::page::PageArgs;
use crate::platform::permission::Permission;
use crate::search::graphql::{SearchFilterInput, load, refused};
use crate::search::merchandising::graphql::input::MerchandisingRuleWhere;
use crate::search::merchandising::graphql::types::{
    MerchandisingRuleObject, SearchStopWordObject, SearchSynonymObject,
};
use crate::search::merchandising::{
    ListError, RuleFilter, count_rules, count_stop_words, count_synonyms, preview, rule, rules, stop_words, synonyms,
};
use crate::search::query::{Answer, Query};

fn listed(error: ListError) -> async_graphql::Error {
    match error {
        ListError::Page(error) => error.into(),
        ListError::Fault(fault) => fault.into(),
    }
}

struct Rules(RuleFilter);

#[async_trait::async_trait]
impl Count for Rules {
    async fn count(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(count_rules(&ctx.app().db, ctx.scope(), &self.0).await?)
    }
}

struct Synonyms;

#[async_trait::async_trait]
impl Count for Synonyms {
    async fn count(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(count_synonyms(&ctx.app().db, ctx.scope()).await?)
    }
}

struct StopWords;

#[async_trait::async_trait]
impl Count for StopWords {
    async fn count(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(count_stop_words(&ctx.app().db, ctx.scope()).await?)
    }
}

/// The first hits of a search.
#[derive(SimpleObject)]
pub struct MerchandisingHits {
    /// All hits.
    total_count: i64,
    /// The first ones.
    nodes: Vec<ProductObject>,
}

/// What the rules of the channel make of a search.
#[derive(SimpleObject)]
#[graphql(cache_control(no_cache, private))]
pub struct MerchandisingPreview {
    /// The answer without rules.
    without: MerchandisingHits,
    /// The answer with them.
    with: MerchandisingHits,
    /// Where the shopper is sent.
    redirect: Option<String>,
    /// Global ids of the rules that count, the weightiest first.
    rule_ids: Vec<ID>,
    /// Whether the search engine did not answer: the rules then only redirect.
    degraded: bool,
}

async fn hits(ctx: &Context<'_>, answer: &mut Answer) -> Result<MerchandisingHits> {
    let found = load(ctx, std::mem::take(&mut answer.page.rows)).await?;
    Ok(MerchandisingHits {
        total_count: i64::try_from(answer.total).unwrap_or(i64::MAX),
        nodes: found.into_iter().map(|(_, product)| product).collect(),
    })
}

/// Queries of merchandising.
#[derive(Default)]
pub struct MerchandisingQuery;

#[Object]
impl MerchandisingQuery {
    /// A merchandising rule of the channel; null when there is none. Staff only: `search.read`.
    #[graphql(
        guard = "Needs(Permission::SearchRead)",
        visible = "visible::search_read",
        cache_control(no_cache, private)
    )]
    async fn merchandising_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: Gid<MerchandisingRuleId>,
    ) -> Result<Option<MerchandisingRuleObject>> {
        Ok(rule(&ctx.app().db, ctx.scope(), id.0)
            .await?
            .map(MerchandisingRuleObject))
    }

    /// Merchandising rules of the channel, newest first. Staff only: `search.read`.
    #[graphql(
        guard = "Needs(Permission::SearchRead)",
        visible = "visible::search_read",
        cache_control(no_cache, private)
    )]
    async fn merchandising_rules(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.", name = "where")] filter: Option<MerchandisingRuleWhere>,
        #[graphql(desc = "Rules a page, 0 to 250; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor to start behind.")] after: Option<String>,
    ) -> Result<Connection<MerchandisingRuleObject>> {
        let args = PageArgs::new(first, after, true)?;
        let filter: RuleFilter = filter.unwrap_or_default().into();
        let page = rules(&ctx.app().db, ctx.scope(), &filter, &args).await;
        let page = page.map_err(listed)?;
        Ok(Connection::new(page, MerchandisingRuleObject, Rules(filter)))
    }

    /// What the merchandising rules of the channel make of a search. It is not logged. Staff only: `search.read`.
    #[graphql(
        guard = "Needs(Permission::SearchRead)",
        visible = "visible::search_read",
        cache_control(no_cache, private)
    )]
    async fn merchandising_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the shopper types; empty to browse.")] query: String,
        #[graphql(desc = "Only these, as in `search`.")] filters: Option<Vec<SearchFilterInput>>,
        #[graphql(desc = "When it is asked: rules that begin or end by then do. Now when not given.")] at: Option<
            DateTime<Utc>,
        >,
        #[graphql(desc = "Hits on either side, 0 to 250; 20 when not given.")] first: Option<i32>,
    ) -> Result<MerchandisingPreview> {
        let query = Query {
            text: query,
            filters: filters.unwrap_or_default().into_iter().map(Into::into).collect(),
            page: PageArgs::new(first, None, true)?,
            ..Query::default()
        };
        let mut seen = Box::pin(preview(ctx.app(), ctx.scope(), query, at))
            .await
            .map_err(refused)?;
        Ok(MerchandisingPreview {
            without: hits(ctx, &mut seen.plain).await?,
            with: hits(ctx, &mut seen.curated).await?,
            redirect: seen.curated.redirect.take(),
            rule_ids: seen.curated.rules.iter().copied().map(global_id).collect(),
            degraded: seen.curated.degraded,
        })
    }

    /// Words that mean the same in searches of the channel, newest first. Staff only: `search.read`.
    #[graphql(
        guard = "Needs(Permission::SearchRead)",
        visible = "visible::search_read",
        cache_control(no_cache, private)
    )]
    async fn search_synonyms(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows a page, 0 to 250; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor to start behind.")] after: Option<String>,
    ) -> Result<Connection<SearchSynonymObject>> {
        let args = PageArgs::new(first, after, true)?;
        let page = synonyms(&ctx.app().db, ctx.scope(), &args).await.map_err(listed)?;
        Ok(Connection::new(page, SearchSynonymObject, Synonyms))
    }

    /// Words that tell nothing in searches of the channel, newest first. Staff only: `search.read`.
    #[graphql(
        guard = "Needs(Permission::SearchRead)",
        visible = "visible::search_read",
        cache_control(no_cache, private)
    )]
    async fn search_stop_words(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Words a page, 0 to 250; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor to start behind.")] after: Option<String>,
    ) -> Result<Connection<SearchStopWordObject>> {
        let args = PageArgs::new(first, after, true)?;
        let page = stop_words(&ctx.app().db, ctx.scope(), &args).await.map_err(listed)?;
        Ok(Connection::new(page, SearchStopWordObject, StopWords))
    }
}
