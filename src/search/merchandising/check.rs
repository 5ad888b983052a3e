//! What a rule must be like before it is written.

use chrono::{DateTime, Utc};
use entity::catalog::{category, collection, product};
use entity::search::merchandising_rule::{RuleAction, RuleScope, RuleTarget};
use sea_orm::{EntityTrait, PaginatorTrait};

use crate::platform::db::Tx;
use crate::platform::error::Fault;
use crate::platform::locale::{Message, message};
use crate::search::merchandising::query::Rule;
use crate::search::merchandising::rule::{Condition, Effect, Target, plain};

/// Longest name, query, brand and value in characters.
pub(super) const TEXT_MAX: usize = 200;
/// Longest address in characters.
const REDIRECT_MAX: usize = 2_000;
/// Last position that a product is pinned to.
const POSITION_MAX: i32 = 100;
/// Percent that a boost adds at most.
const BOOST_MAX: i32 = 1_000;
/// Percent that burying takes at most: it puts last.
const BURY_MAX: i32 = 100;
/// Rules of a channel: every server keeps them in memory.
pub(super) const RULES_MAX: u64 = 2_000;

/// Why a rule was not made, changed or deleted.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum RuleError {
    /// There is no such rule in the channel.
    NotFound,
    /// The rule is at this version.
    Stale(i32),
    /// A text is empty or too long: its place in the input.
    Text(&'static [&'static str]),
    /// What it names does not exist: its place in the input.
    Unknown(&'static [&'static str]),
    /// A number is out of range: its place, and the limits.
    Number(&'static [&'static str], i32),
    /// It leads nowhere that a shopper may be sent.
    Redirect,
    /// It would end before it begins.
    Time,
    /// There are as many as there may be.
    TooMany,
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl RuleError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::NotFound => message!("merchandising-rule-not-found"),
            Self::Stale(version) => message!("version-stale", version = *version),
            Self::Text(_) => message!("name-length", max = TEXT_MAX),
            Self::Unknown(_) => message!("merchandising-unknown"),
            Self::Number(place, max) => {
                let name = place.last().copied().unwrap_or_default();
                message!("out-of-range", name = name, min = 1, max = *max)
            }
            Self::Redirect => message!("merchandising-redirect"),
            Self::Time => message!("merchandising-time"),
            Self::TooMany => message!("at-most", max = RULES_MAX),
            Self::Fault(_) => message!("failed"),
        }
    }

    /// The place in the input that it is about.
    pub fn path(&self) -> &'static [&'static str] {
        match self {
            Self::Text(place) | Self::Unknown(place) | Self::Number(place, _) => place,
            Self::Stale(_) => &["expectedVersion"],
            Self::Redirect => &["effect", "redirect"],
            Self::Time => &["endsAt"],
            Self::NotFound | Self::TooMany | Self::Fault(_) => &["id"],
        }
    }
}

impl From<sea_orm::DbErr> for RuleError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

pub(super) fn text_of(text: &str, place: &'static [&'static str]) -> Result<String, RuleError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > TEXT_MAX || text.chars().any(char::is_control) {
        return Err(RuleError::Text(place));
    }
    Ok(text.to_owned())
}

/// Whether a shopper may be sent there: a path of the shop, or an address of the web.
fn is_redirect(text: &str) -> bool {
    let path = text.starts_with('/') && !text.starts_with("//") && !text.starts_with("/\\");
    let address = ["https://", "http://"]
        .iter()
        .any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()));
    (path || address)
        && text.chars().count() <= REDIRECT_MAX
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

pub(super) fn times(starts: Option<DateTime<Utc>>, ends: Option<DateTime<Utc>>) -> Result<(), RuleError> {
    match (starts, ends) {
        (Some(starts), Some(ends)) if starts >= ends => Err(RuleError::Time),
        _ => Ok(()),
    }
}

/// Writes a condition into a row.
pub(super) async fn put_condition(tx: &Tx, rule: &mut Rule, condition: Condition) -> Result<(), RuleError> {
    (rule.query, rule.category_id, rule.collection_id) = (None, None, None);
    match condition {
        Condition::Is(query) | Condition::Contains(query) if plain(&query).is_empty() => {
            return Err(RuleError::Text(&["condition"]));
        }
        Condition::Is(query) => {
            rule.scope = RuleScope::QueryExact;
            rule.query = Some(plain(&text_of(&query, &["condition", "queryIs"])?));
        }
        Condition::Contains(query) => {
            rule.scope = RuleScope::QueryContains;
            rule.query = Some(plain(&text_of(&query, &["condition", "queryContains"])?));
        }
        Condition::Category(id) => {
            if category::Entity::find_by_id(id).count(tx).await? == 0 {
                return Err(RuleError::Unknown(&["condition", "categoryId"]));
            }
            rule.scope = RuleScope::Category;
            rule.category_id = Some(id);
        }
        Condition::Collection(id) => {
            if collection::Entity::find_by_id(id).count(tx).await? == 0 {
                return Err(RuleError::Unknown(&["condition", "collectionId"]));
            }
            rule.scope = RuleScope::Collection;
            rule.collection_id = Some(id);
        }
    }
    Ok(())
}

/// Writes an effect into a row.
pub(super) async fn put_effect(tx: &Tx, rule: &mut Rule, effect: Effect) -> Result<(), RuleError> {
    (rule.position, rule.percent, rule.redirect) = (None, None, None);
    (rule.target, rule.target_product_id, rule.target_category_id) = (None, None, None);
    (rule.target_key, rule.target_value) = (None, None);
    match effect {
        Effect::Pin(product, position) => {
            if !(1..=POSITION_MAX).contains(&position) {
                return Err(RuleError::Number(&["effect", "pin", "position"], POSITION_MAX));
            }
            rule.action = RuleAction::Pin;
            rule.position = Some(position);
            put_target(tx, rule, Target::Product(product), &["effect", "pin", "productId"]).await
        }
        Effect::Boost(target, percent) => {
            if !(1..=BOOST_MAX).contains(&percent) {
                return Err(RuleError::Number(&["effect", "boost", "percent"], BOOST_MAX));
            }
            rule.action = RuleAction::Boost;
            rule.percent = Some(percent);
            put_target(tx, rule, target, &["effect", "boost", "target"]).await
        }
        Effect::Bury(target, percent) => {
            if !(1..=BURY_MAX).contains(&percent) {
                return Err(RuleError::Number(&["effect", "bury", "percent"], BURY_MAX));
            }
            rule.action = RuleAction::Bury;
            rule.percent = Some(percent);
            put_target(tx, rule, target, &["effect", "bury", "target"]).await
        }
        Effect::Redirect(to) => {
            let to = to.trim();
            if !is_redirect(to) {
                return Err(RuleError::Redirect);
            }
            rule.action = RuleAction::Redirect;
            rule.redirect = Some(to.to_owned());
            Ok(())
        }
    }
}

async fn put_target(tx: &Tx, rule: &mut Rule, target: Target, place: &'static [&'static str]) -> Result<(), RuleError> {
    match target {
        Target::Product(id) => {
            if product::Entity::find_by_id(id).count(tx).await? == 0 {
                return Err(RuleError::Unknown(place));
            }
            rule.target = Some(RuleTarget::Product);
            rule.target_product_id = Some(id);
        }
        Target::Category(id) => {
            if category::Entity::find_by_id(id).count(tx).await? == 0 {
                return Err(RuleError::Unknown(place));
            }
            rule.target = Some(RuleTarget::Category);
            rule.target_category_id = Some(id);
        }
        Target::Brand(brand) => {
            rule.target = Some(RuleTarget::Brand);
            rule.target_value = Some(text_of(&brand, place)?);
        }
        Target::Attribute(key, value) => {
            rule.target = Some(RuleTarget::Attribute);
            rule.target_key = Some(text_of(&key, place)?);
            rule.target_value = Some(text_of(&value, place)?);
        }
    }
    Ok(())
}
