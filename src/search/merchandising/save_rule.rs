//! A rule is made or changed.

use chrono::{DateTime, Utc};
use entity::MerchandisingRuleId;
use entity::search::merchandising_rule::{self, RuleAction, RuleScope};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::channel::Scope;
use crate::platform::db::Tx;
use crate::search::merchandising::check::{self, RULES_MAX, RuleError};
use crate::search::merchandising::query::{self, Rule};
use crate::search::merchandising::rule::{Condition, Effect};

/// A rule to make.
#[derive(Clone, Debug)]
pub struct CreateRule {
    /// Name for staff.
    pub name: String,
    /// Which searches it is about.
    pub condition: Condition,
    /// What it does.
    pub effect: Effect,
    /// Of two rules that want the same, the one with the larger number counts.
    pub priority: i32,
    /// Whether it counts at all.
    pub enabled: bool,
    /// From when on.
    pub starts_at: Option<DateTime<Utc>>,
    /// Until when.
    pub ends_at: Option<DateTime<Utc>>,
}

/// What to change of a rule. None leaves a field as it is; `Some(None)` empties it.
#[derive(Clone, Debug, Default)]
pub struct UpdateRule {
    /// The version the change was made on; another one is refused.
    pub expected_version: Option<i32>,
    /// Name for staff.
    pub name: Option<String>,
    /// Which searches it is about.
    pub condition: Option<Condition>,
    /// What it does.
    pub effect: Option<Effect>,
    /// Of two rules that want the same, the one with the larger number counts.
    pub priority: Option<i32>,
    /// Whether it counts at all.
    pub enabled: Option<bool>,
    /// From when on.
    pub starts_at: Option<Option<DateTime<Utc>>>,
    /// Until when.
    pub ends_at: Option<Option<DateTime<Utc>>>,
}

/// What the audit log is told of a rule.
pub(super) fn written(rule: &Rule) -> Value {
    json!({
        "name": rule.name,
        "scope": rule.scope,
        "query": rule.query,
        "categoryId": rule.category_id,
        "collectionId": rule.collection_id,
        "action": rule.action,
        "position": rule.position,
        "percent": rule.percent,
        "redirect": rule.redirect,
        "target": rule.target,
        "targetProductId": rule.target_product_id,
        "targetCategoryId": rule.target_category_id,
        "targetKey": rule.target_key,
        "targetValue": rule.target_value,
        "priority": rule.priority,
        "enabled": rule.enabled,
        "startsAt": rule.starts_at,
        "endsAt": rule.ends_at,
    })
}

/// Makes a rule in the channel of the request.
///
/// # Errors
/// See [`RuleError`]; nothing is made then.
pub async fn create_rule(app: &App, scope: &Scope, actor: &Actor, command: CreateRule) -> Result<Rule, RuleError> {
    let now = app.clock.now();
    check::times(command.starts_at, command.ends_at)?;
    let mut rule = Rule {
        id: app.ids.new_id(),
        channel_id: scope.channel.id,
        name: check::text_of(&command.name, &["name"])?,
        scope: RuleScope::QueryExact,
        query: None,
        category_id: None,
        collection_id: None,
        action: RuleAction::Redirect,
        position: None,
        percent: None,
        redirect: None,
        target: None,
        target_product_id: None,
        target_category_id: None,
        target_key: None,
        target_value: None,
        priority: command.priority,
        enabled: command.enabled,
        starts_at: command.starts_at,
        ends_at: command.ends_at,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let tx = app.db.begin().await?;
    let there = merchandising_rule::Entity::find()
        .filter(merchandising_rule::Column::ChannelId.eq(scope.channel.id))
        .count(&tx)
        .await?;
    if there >= RULES_MAX {
        return Err(RuleError::TooMany);
    }
    check::put_condition(&tx, &mut rule, command.condition).await?;
    check::put_effect(&tx, &mut rule, command.effect).await?;
    let rule = rule.into_active_model().insert(&tx).await?;
    let entry = Entry::new("merchandisingRuleCreate", "MerchandisingRule", rule.id).after(&written(&rule))?;
    audit::record(&tx, app, actor, entry).await?;
    forget_afterwards(app, &tx);
    tx.commit().await?;
    Ok(rule)
}

/// Changes a rule of the channel of the request.
///
/// # Errors
/// See [`RuleError`]; nothing is changed then.
pub async fn update_rule(
    app: &App,
    scope: &Scope,
    actor: &Actor,
    (id, change): (MerchandisingRuleId, UpdateRule),
) -> Result<Rule, RuleError> {
    let tx = app.db.begin().await?;
    let before = hold(&tx, scope, id, change.expected_version).await?;
    let mut rule = before.clone();
    if let Some(name) = change.name {
        rule.name = check::text_of(&name, &["name"])?;
    }
    if let Some(condition) = change.condition {
        check::put_condition(&tx, &mut rule, condition).await?;
    }
    if let Some(effect) = change.effect {
        check::put_effect(&tx, &mut rule, effect).await?;
    }
    rule.priority = change.priority.unwrap_or(rule.priority);
    rule.enabled = change.enabled.unwrap_or(rule.enabled);
    rule.starts_at = change.starts_at.unwrap_or(rule.starts_at);
    rule.ends_at = change.ends_at.unwrap_or(rule.ends_at);
    check::times(rule.starts_at, rule.ends_at)?;
    rule.updated_at = app.clock.now();
    let rule = rule.into_active_model().reset_all().update(&tx).await?;
    let entry = Entry::new("merchandisingRuleUpdate", "MerchandisingRule", id)
        .before(&written(&before))?
        .after(&written(&rule))?;
    audit::record(&tx, app, actor, entry).await?;
    forget_afterwards(app, &tx);
    tx.commit().await?;
    Ok(rule)
}

/// Counts the version of a rule up, which makes others who would change it wait, and gives it.
async fn hold(tx: &Tx, scope: &Scope, id: MerchandisingRuleId, expected: Option<i32>) -> Result<Rule, RuleError> {
    use merchandising_rule::Column;
    let mut update = merchandising_rule::Entity::update_many()
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.eq(id))
        .filter(Column::ChannelId.eq(scope.channel.id));
    if let Some(expected) = expected {
        update = update.filter(Column::Version.eq(expected));
    }
    let changed = update.exec(tx).await?.rows_affected;
    let rule = query::rule(tx, scope, id).await?.ok_or(RuleError::NotFound)?;
    if changed == 0 {
        return Err(RuleError::Stale(rule.version));
    }
    Ok(rule)
}

/// Has searches of this process see what `tx` changes as soon as it lasts.
pub(super) fn forget_afterwards(app: &App, tx: &Tx) {
    let app = app.clone();
    tx.afterwards(move || app.search.shelf().clear());
}
