//! What staff sees of merchandising.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use entity::search::merchandising_rule::{RuleAction, RuleScope};

use crate::graphql::context::ContextExt;
use crate::graphql::id::global_id;
use crate::search::merchandising::{Rule, StopWord, Synonym, Target, is_active, target_of};

/// Which searches a rule is about.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "RuleScope")]
pub enum MerchandisingScope {
    /// The query is `query`, whatever case and marks.
    QueryExact,
    /// The words of `query` stand in the query, in a row.
    QueryContains,
    /// The category is browsed: a search without words, filtered by it alone among the categories.
    Category,
    /// The collection is browsed: a search without words, filtered by it.
    Collection,
}

/// What a rule does.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "RuleAction")]
pub enum MerchandisingAction {
    /// Puts a product at a position, whether or not its words match; filters still count.
    Pin,
    /// Lifts hits.
    Boost,
    /// Lowers hits.
    Bury,
    /// Tells the shop to send the shopper elsewhere, by `redirect` of the answer.
    Redirect,
}

/// What a rule pins, boosts or buries: one of the fields, `attributeKey` with `attributeValue`.
#[derive(SimpleObject)]
pub struct MerchandisingTarget {
    /// A product, by its global id.
    product_id: Option<ID>,
    /// All of a brand; case does not matter.
    brand: Option<String>,
    /// All of a category and of those below it, by its global id.
    category_id: Option<ID>,
    /// All with a value of this attribute.
    attribute_key: Option<String>,
    /// The value; case does not matter.
    attribute_value: Option<String>,
}

impl From<Target> for MerchandisingTarget {
    fn from(target: Target) -> Self {
        let mut shown = Self {
            product_id: None,
            brand: None,
            category_id: None,
            attribute_key: None,
            attribute_value: None,
        };
        match target {
            Target::Product(id) => shown.product_id = Some(global_id(id)),
            Target::Brand(brand) => shown.brand = Some(brand),
            Target::Category(id) => shown.category_id = Some(global_id(id)),
            Target::Attribute(key, value) => {
                (shown.attribute_key, shown.attribute_value) = (Some(key), Some(value));
            }
        }
        shown
    }
}

/// What staff wants to stand where in the answers to some searches of a channel.
pub struct MerchandisingRuleObject(pub Rule);

/// What staff wants to stand where in the answers to some searches of a channel.
#[Object(name = "MerchandisingRule", cache_control(no_cache, private))]
impl MerchandisingRuleObject {
    /// Global id.
    async fn id(&self) -> ID {
        global_id(self.0.id)
    }

    /// Name for staff.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Which searches it is about.
    async fn scope(&self) -> MerchandisingScope {
        self.0.scope.into()
    }

    /// The query, as it is compared: lower case, without marks.
    async fn query(&self) -> Option<&str> {
        self.0.query.as_deref()
    }

    /// Global id of the category.
    async fn category_id(&self) -> Option<ID> {
        self.0.category_id.map(global_id)
    }

    /// Global id of the collection.
    async fn collection_id(&self) -> Option<ID> {
        self.0.collection_id.map(global_id)
    }

    /// What it does.
    async fn action(&self) -> MerchandisingAction {
        self.0.action.into()
    }

    /// What is pinned, boosted or buried.
    async fn target(&self) -> Option<MerchandisingTarget> {
        target_of(&self.0).map(Into::into)
    }

    /// Where the pinned product stands, from 1.
    async fn position(&self) -> Option<i32> {
        self.0.position
    }

    /// By how many percent of their score hits are lifted or lowered; lowered by 100 they come last.
    async fn percent(&self) -> Option<i32> {
        self.0.percent
    }

    /// The path or address that the shopper is sent to.
    async fn redirect(&self) -> Option<&str> {
        self.0.redirect.as_deref()
    }

    /// Of rules that want the same, the one with the largest priority counts, of equal ones the oldest.
    async fn priority(&self) -> i32 {
        self.0.priority
    }

    /// Whether it counts at all.
    async fn enabled(&self) -> bool {
        self.0.enabled
    }

    /// From when on it counts; null from the beginning.
    async fn starts_at(&self) -> Option<DateTime<Utc>> {
        self.0.starts_at
    }

    /// Until when it counts; null for ever.
    async fn ends_at(&self) -> Option<DateTime<Utc>> {
        self.0.ends_at
    }

    /// Whether it counts now.
    async fn active(&self, ctx: &Context<'_>) -> bool {
        is_active(&self.0, ctx.app().clock.now())
    }

    /// Counts changes: pass it as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
}

/// Words that mean the same in searches.
pub struct SearchSynonymObject(pub Synonym);

/// Words that mean the same in searches.
#[Object(name = "SearchSynonym", cache_control(no_cache, private))]
impl SearchSynonymObject {
    /// Global id.
    async fn id(&self) -> ID {
        global_id(self.0.id)
    }

    /// The word that finds the others but is not found by them; null when each finds all.
    async fn word(&self) -> Option<&str> {
        self.0.word.as_deref()
    }

    /// The words, in lower case.
    async fn words(&self) -> &[String] {
        &self.0.words.0
    }

    /// Whether they count in every channel.
    async fn everywhere(&self) -> bool {
        self.0.channel_id.is_none()
    }

    /// Counts changes: pass it as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When the row was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
}

/// A word that tells nothing in a search beside others.
pub struct SearchStopWordObject(pub StopWord);

/// A word that tells nothing in a search beside others.
#[Object(name = "SearchStopWord", cache_control(no_cache, private))]
impl SearchStopWordObject {
    /// Global id.
    async fn id(&self) -> ID {
        global_id(self.0.id)
    }

    /// The word, in lower case.
    async fn word(&self) -> &str {
        &self.0.word
    }

    /// Whether it counts in every channel.
    async fn everywhere(&self) -> bool {
        self.0.channel_id.is_none()
    }

    /// When the row was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}
