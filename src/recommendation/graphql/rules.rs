//! Rules, for staff.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use entity::recommendation::recommendation_rule::RuleAction;
use entity::{CategoryId, ChannelId, ProductId, RecommendationRuleId};

use crate::catalog::{CategoryObject, ProductKey, ProductObject};
use crate::graphql::context::ContextExt;
use crate::graphql::error::{ErrorCode, UserError, Warning};
use crate::graphql::guard::{Needs, visible};
use crate::graphql::id::{Gid, global_id};
use crate::graphql::page::{Connection, Known};
use crate::platform::page::{Page, PageArgs};
use crate::platform::permission::Permission;
use crate::recommendation::graphql::types::RecommendationIntent;
use crate::recommendation::rule::{self, Rule, RuleDraft, RuleError, create_rule, delete_rule, update_rule};
use crate::recommendation::slot::Intent;

/// What a rule does.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "RuleAction")]
pub enum RecommendationRuleAction {
    /// Shows a product at a place.
    Pin,
    /// Never shows it.
    Exclude,
    /// Makes its score so many percent higher, or lower.
    Boost,
}

/// What staff wants recommended, or not.
pub struct RecommendationRuleObject(Rule);

/// What staff wants recommended, or not.
#[Object(name = "RecommendationRule")]
impl RecommendationRuleObject {
    /// Global id.
    async fn id(&self) -> ID {
        global_id(self.0.id)
    }

    /// What it does.
    async fn action(&self) -> RecommendationRuleAction {
        self.0.action.into()
    }

    /// The lists that it is for; null: all.
    async fn intent(&self) -> Option<RecommendationIntent> {
        self.0.intent.as_deref().and_then(Intent::of_name).map(Into::into)
    }

    /// Only beside products of this category, and of those below it; null: everywhere.
    async fn category(&self, ctx: &Context<'_>) -> Result<Option<CategoryObject>> {
        category(ctx, self.0.category_id).await
    }

    /// Only in this channel; null: in all.
    async fn channel_id(&self) -> Option<ID> {
        self.0.channel_id.map(global_id)
    }

    /// The product that it is about.
    async fn product(&self, ctx: &Context<'_>) -> Result<Option<ProductObject>> {
        let Some(id) = self.0.product_id else { return Ok(None) };
        Ok(ctx.batch(ProductKey(id)).await?.map(ProductObject))
    }

    /// The category that it is about, with those below it.
    async fn target_category(&self, ctx: &Context<'_>) -> Result<Option<CategoryObject>> {
        category(ctx, self.0.target_category_id).await
    }

    /// Where a pinned product stands, from 1.
    async fn position(&self) -> Option<i32> {
        self.0.position
    }

    /// Percent of a boost.
    async fn percent(&self) -> Option<i32> {
        self.0.percent
    }

    /// From when on it counts.
    async fn starts_at(&self) -> Option<DateTime<Utc>> {
        self.0.starts_at
    }

    /// Until when it counts.
    async fn ends_at(&self) -> Option<DateTime<Utc>> {
        self.0.ends_at
    }

    /// Why, for colleagues.
    async fn note(&self) -> &str {
        &self.0.note
    }

    /// Counts changes.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
}

async fn category(ctx: &Context<'_>, id: Option<CategoryId>) -> Result<Option<CategoryObject>> {
    let app = ctx.app();
    let Some(id) = id else { return Ok(None) };
    Ok(app.categories.tree(&app.db).await?.get(id).cloned().map(CategoryObject))
}

/// A rule.
#[derive(InputObject)]
pub struct RecommendationRuleCreateInput {
    /// What it does.
    action: RecommendationRuleAction,
    /// The lists that it is for; all when not given.
    intent: Option<RecommendationIntent>,
    /// Only beside products of this category, and of those below it; everywhere when not given.
    category_id: Option<Gid<CategoryId>>,
    /// Only in the channel of the request; in all when false or not given.
    this_channel: Option<bool>,
    /// The product that it is about: this, or `targetCategoryId`.
    product_id: Option<Gid<ProductId>>,
    /// The category that it is about, with those below it. Not for a pin.
    target_category_id: Option<Gid<CategoryId>>,
    /// Where a pinned product stands, 1 to 50. For a pin only.
    position: Option<i32>,
    /// Percent, -100 to 1000. For a boost only.
    percent: Option<i32>,
    /// From when on it counts.
    starts_at: Option<DateTime<Utc>>,
    /// Until when it counts.
    ends_at: Option<DateTime<Utc>>,
    /// Why, for colleagues; up to 500 characters.
    note: Option<String>,
}

/// A rule, changed.
#[derive(InputObject)]
pub struct RecommendationRuleUpdateInput {
    /// The rule.
    id: Gid<RecommendationRuleId>,
    /// The version that the change was made on; STALE_VERSION when it is another.
    expected_version: Option<i32>,
    /// What it is from now on.
    rule: RecommendationRuleCreateInput,
}

/// A rule to take away.
#[derive(InputObject)]
pub struct RecommendationRuleDeleteInput {
    /// The rule.
    id: Gid<RecommendationRuleId>,
    /// The version that the viewer has seen; STALE_VERSION when it is another.
    expected_version: Option<i32>,
}

impl RecommendationRuleCreateInput {
    fn draft(self, channel: ChannelId) -> RuleDraft {
        RuleDraft {
            action: self.action.into(),
            intent: self.intent.map(Into::into),
            category: self.category_id.map(|id| id.0),
            channel: self.this_channel.unwrap_or_default().then_some(channel),
            product: self.product_id.map(|id| id.0),
            target_category: self.target_category_id.map(|id| id.0),
            position: self.position,
            percent: self.percent,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            note: self.note.unwrap_or_default(),
        }
    }
}

/// Answer of changes of rules.
#[derive(SimpleObject)]
pub struct RecommendationRulePayload {
    /// The rule; null on errors, and when it was deleted.
    rule: Option<RecommendationRuleObject>,
    /// Why nothing was done: NOT_FOUND, INVALID_INPUT, LIMIT_REACHED, STALE_VERSION.
    errors: Vec<UserError>,
    /// What was done differently from what was asked.
    warnings: Vec<Warning>,
}

fn payload(result: Result<Option<Rule>, RuleError>) -> Result<RecommendationRulePayload> {
    let error = match result {
        Ok(rule) => {
            return Ok(RecommendationRulePayload {
                rule: rule.map(RecommendationRuleObject),
                errors: Vec::new(),
                warnings: Vec::new(),
            });
        }
        Err(RuleError::Fault(fault)) => return Err(fault.into()),
        Err(error) => error,
    };
    let path = &[error.field()];
    let error = match &error {
        RuleError::NotFound | RuleError::NoProduct | RuleError::NoCategory => {
            UserError::not_found(error.message(), path)
        }
        RuleError::Stale(current) => UserError::stale(*current, path),
        RuleError::TooMany => UserError::new(ErrorCode::LimitReached, error.message(), path),
        _ => UserError::invalid(error.message(), path),
    };
    Ok(RecommendationRulePayload {
        rule: None,
        errors: vec![error],
        warnings: Vec::new(),
    })
}

/// Reads of rules.
#[derive(Default)]
pub struct RecommendationRuleQuery;

#[Object]
impl RecommendationRuleQuery {
    /// What staff wants recommended, or not, the latest rule first. Staff only: `recommendation.read`, for every channel.
    #[graphql(
        guard = "Needs(Permission::RecommendationRead)",
        visible = "visible::recommendation_read"
    )]
    async fn recommendation_rules(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rules a page, 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor to start behind.")] after: Option<String>,
    ) -> Result<Connection<RecommendationRuleObject>> {
        ctx.everywhere(Permission::RecommendationRead)?;
        let args = PageArgs::new(first, after, true)?;
        let all = rule::all(&ctx.app().db).await?;
        let total = Known(all.len());
        let page = Page::from_slice(&args, "recommendation_rules", all, |row| row.id)?;
        Ok(Connection::new(page, RecommendationRuleObject, total))
    }
}

/// Changes of rules.
#[derive(Default)]
pub struct RecommendationRuleMutation;

#[Object]
impl RecommendationRuleMutation {
    /// Makes a rule; it counts at once, or when it is scheduled. Staff only: `recommendation.write`, for every channel.
    #[graphql(
        guard = "Needs(Permission::RecommendationWrite)",
        visible = "visible::recommendation_write"
    )]
    async fn recommendation_rule_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rule.")] input: RecommendationRuleCreateInput,
    ) -> Result<RecommendationRulePayload> {
        ctx.everywhere(Permission::RecommendationWrite)?;
        let draft = input.draft(ctx.scope().channel.id);
        payload(Box::pin(create_rule(ctx.app(), &ctx.actor(), draft)).await.map(Some))
    }

    /// Makes a rule another one. Staff only: `recommendation.write`, for every channel.
    #[graphql(
        guard = "Needs(Permission::RecommendationWrite)",
        visible = "visible::recommendation_write"
    )]
    async fn recommendation_rule_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rule, changed.")] input: RecommendationRuleUpdateInput,
    ) -> Result<RecommendationRulePayload> {
        ctx.everywhere(Permission::RecommendationWrite)?;
        let which = (input.id.0, input.expected_version);
        let draft = input.rule.draft(ctx.scope().channel.id);
        payload(
            Box::pin(update_rule(ctx.app(), &ctx.actor(), which, draft))
                .await
                .map(Some),
        )
    }

    /// Takes a rule away. Staff only: `recommendation.write`, for every channel.
    #[graphql(
        guard = "Needs(Permission::RecommendationWrite)",
        visible = "visible::recommendation_write"
    )]
    async fn recommendation_rule_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rule.")] input: RecommendationRuleDeleteInput,
    ) -> Result<RecommendationRulePayload> {
        ctx.everywhere(Permission::RecommendationWrite)?;
        let which = (input.id.0, input.expected_version);
        payload(
            Box::pin(delete_rule(ctx.app(), &ctx.actor(), which))
                .await
                .map(|()| None),
        )
    }
}
