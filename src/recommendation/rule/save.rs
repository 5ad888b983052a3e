//! Staff makes a rule, or changes one.

use chrono::{DateTime, Utc};
use entity::recommendation::recommendation_rule;
use entity::recommendation::recommendation_rule::RuleAction;
use entity::{CategoryId, ChannelId, ProductId, RecommendationRuleId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};

use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::platform::db::Tx;
use crate::platform::error::{Fault, Result};
use crate::platform::locale::{Message, message};
use crate::recommendation::memory::reload;
use crate::recommendation::query::RECOMMENDATIONS_MAX;
use crate::recommendation::rule::Rule;
use crate::recommendation::slot::Intent;

/// Rules at most: all of them are looked at for every list.
pub const RULES_MAX: u64 = 1_000;
/// Lowest and highest percentage of a boost.
const PERCENT: (i32, i32) = (-100, 1000);
/// Longest note in characters.
const NOTE_MAX: usize = 500;

/// A rule as staff wants it.
#[derive(Clone, Debug)]
pub struct RuleDraft {
    /// What it does.
    pub action: RuleAction,
    /// The intent that it is for.
    pub intent: Option<Intent>,
    /// The category of what things are recommended for.
    pub category: Option<CategoryId>,
    /// The channel that it is for.
    pub channel: Option<ChannelId>,
    /// The product that it is about.
    pub product: Option<ProductId>,
    /// The category that it is about.
    pub target_category: Option<CategoryId>,
    /// Where a pinned product stands, from 1.
    pub position: Option<i32>,
    /// Percent of a boost.
    pub percent: Option<i32>,
    /// From when on it counts.
    pub starts_at: Option<DateTime<Utc>>,
    /// Until when it counts.
    pub ends_at: Option<DateTime<Utc>>,
    /// Why, for colleagues.
    pub note: String,
}

/// Why a rule was not saved.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum RuleError {
    /// There is no such rule.
    NotFound,
    /// The row is at this version.
    Stale(i32),
    /// It is about nothing, or about two things.
    Target,
    /// A pin without a position, or a position without a pin.
    Pin,
    /// A boost without a percentage, or a percentage without a boost.
    Percent,
    /// The note is too long.
    Note,
    /// It ends before it starts.
    Times,
    /// There are too many.
    TooMany,
    /// There is no such product.
    NoProduct,
    /// There is no such category.
    NoCategory,
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl RuleError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::NotFound => message!("rule-not-found"),
            Self::Stale(version) => message!("version-stale", version = *version),
            Self::Target => message!("rule-target"),
            Self::Pin => message!("rule-pin", min = 1, max = RECOMMENDATIONS_MAX),
            Self::Percent => message!("rule-percent", min = PERCENT.0, max = PERCENT.1),
            Self::Note => message!("rule-note", max = NOTE_MAX),
            Self::Times => message!("rule-times"),
            Self::TooMany => message!("rules-many", max = RULES_MAX),
            Self::NoProduct => message!("product-not-found"),
            Self::NoCategory => message!("category-not-found"),
            Self::Fault(_) => message!("failed"),
        }
    }

    /// The field of the input that it is about.
    pub fn field(&self) -> &'static str {
        match self {
            Self::NotFound => "id",
            Self::Stale(_) => "expectedVersion",
            Self::Target | Self::NoProduct => "productId",
            Self::NoCategory => "targetCategoryId",
            Self::Pin => "position",
            Self::Percent => "percent",
            Self::Note => "note",
            Self::Times => "endsAt",
            Self::TooMany | Self::Fault(_) => "action",
        }
    }
}

impl From<sea_orm::DbErr> for RuleError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// What is wrong with a draft by itself. Pure.
fn check(draft: &RuleDraft) -> Result<(), RuleError> {
    if draft.product.is_some() == draft.target_category.is_some() {
        return Err(RuleError::Target);
    }
    let is_pin = draft.action == RuleAction::Pin;
    if is_pin && draft.product.is_none() {
        return Err(RuleError::Target);
    }
    let places = 1..=i32::try_from(RECOMMENDATIONS_MAX).unwrap_or(i32::MAX);
    if is_pin != draft.position.is_some() || draft.position.is_some_and(|p| !places.contains(&p)) {
        return Err(RuleError::Pin);
    }
    let is_boost = draft.action == RuleAction::Boost;
    let in_range = |percent| (PERCENT.0..=PERCENT.1).contains(&percent);
    if is_boost != draft.percent.is_some() || draft.percent.is_some_and(|p| !in_range(p)) {
        return Err(RuleError::Percent);
    }
    if draft.note.chars().count() > NOTE_MAX {
        return Err(RuleError::Note);
    }
    match (draft.starts_at, draft.ends_at) {
        (Some(starts), Some(ends)) if ends <= starts => Err(RuleError::Times),
        _ => Ok(()),
    }
}

/// Makes a rule. It counts from the next list on.
///
/// # Errors
/// See [`RuleError`].
pub async fn create_rule(app: &App, actor: &Actor, draft: RuleDraft) -> Result<Rule, RuleError> {
    check(&draft)?;
    let tx = app.db.begin().await?;
    if recommendation_rule::Entity::find().count(&tx).await? >= RULES_MAX {
        return Err(RuleError::TooMany);
    }
    targets_exist(&tx, &draft).await?;
    let now = app.clock.now();
    let rule = filled(draft, (app.ids.new_id(), 1), (now, now));
    rule.clone().into_active_model().insert(&tx).await?;
    let entry = Entry::new("recommendationRuleCreate", "RecommendationRule", rule.id).after(&rule)?;
    audit::record(&tx, app, actor, entry).await?;
    tx.commit().await?;
    reload(app).await;
    Ok(rule)
}

/// Makes a rule what `draft` says.
///
/// # Errors
/// See [`RuleError`].
pub async fn update_rule(
    app: &App,
    actor: &Actor,
    (id, expected_version): (RecommendationRuleId, Option<i32>),
    draft: RuleDraft,
) -> Result<Rule, RuleError> {
    check(&draft)?;
    let tx = app.db.begin().await?;
    let before = hold(&tx, id, expected_version).await?;
    targets_exist(&tx, &draft).await?;
    let rule = filled(draft, (id, before.version + 1), (before.created_at, app.clock.now()));
    let row = rule.clone().into_active_model().reset_all();
    row.update(&tx).await?;
    let entry = Entry::new("recommendationRuleUpdate", "RecommendationRule", id)
        .before(&before)?
        .after(&rule)?;
    audit::record(&tx, app, actor, entry).await?;
    tx.commit().await?;
    reload(app).await;
    Ok(rule)
}

/// A rule as it was, which nobody else changes until the end of the transaction.
pub(super) async fn hold(tx: &Tx, id: RecommendationRuleId, expected_version: Option<i32>) -> Result<Rule, RuleError> {
    use recommendation_rule::{Column, Entity};
    let mut update = Entity::update_many()
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.eq(id));
    if let Some(expected) = expected_version {
        update = update.filter(Column::Version.eq(expected));
    }
    let changed = update.exec(tx).await?.rows_affected;
    let row = Entity::find_by_id(id).one(tx).await?.ok_or(RuleError::NotFound)?;
    match changed {
        0 => Err(RuleError::Stale(row.version)),
        _ => Ok(Rule {
            version: row.version - 1,
            ..row
        }),
    }
}

/// SQLite and PostgreSQL name different things when a reference is broken: it is looked up before.
async fn targets_exist(tx: &Tx, draft: &RuleDraft) -> Result<(), RuleError> {
    use entity::catalog::{category, product};
    if let Some(id) = draft.product
        && product::Entity::find_by_id(id).one(tx).await?.is_none()
    {
        return Err(RuleError::NoProduct);
    }
    for id in draft.category.iter().chain(&draft.target_category) {
        if category::Entity::find_by_id(*id).one(tx).await?.is_none() {
            return Err(RuleError::NoCategory);
        }
    }
    Ok(())
}

fn filled(
    draft: RuleDraft,
    (id, version): (RecommendationRuleId, i32),
    (created_at, updated_at): (DateTime<Utc>, DateTime<Utc>),
) -> Rule {
    Rule {
        id,
        version,
        action: draft.action,
        intent: draft.intent.map(|intent| intent.name().to_owned()),
        category_id: draft.category,
        channel_id: draft.channel,
        product_id: draft.product,
        target_category_id: draft.target_category,
        position: draft.position,
        percent: draft.percent,
        starts_at: draft.starts_at,
        ends_at: draft.ends_at,
        note: draft.note,
        created_at,
        updated_at,
    }
}
