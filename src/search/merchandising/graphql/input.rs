//! What staff sends about merchandising.

use async_graphql::{InputObject, MaybeUndefined, OneofObject};
use chrono::{DateTime, Utc};
use entity::{CategoryId, CollectionId, MerchandisingRuleId, ProductId, StopWordId, SynonymId};

use crate::graphql::id::Gid;
use crate::search::merchandising::graphql::types::MerchandisingAction;
use crate::search::merchandising::{Condition, CreateRule, Effect, RuleFilter, Target, UpdateRule, Words};

/// Which searches a rule is about: exactly one field.
#[derive(OneofObject)]
pub enum MerchandisingConditionInput {
    /// The query is this, whatever case and marks.
    QueryIs(String),
    /// These words stand in the query, in a row.
    QueryContains(String),
    /// The category is browsed.
    CategoryId(Gid<CategoryId>),
    /// The collection is browsed.
    CollectionId(Gid<CollectionId>),
}

impl From<MerchandisingConditionInput> for Condition {
    fn from(input: MerchandisingConditionInput) -> Self {
        match input {
            MerchandisingConditionInput::QueryIs(query) => Self::Is(query),
            MerchandisingConditionInput::QueryContains(words) => Self::Contains(words),
            MerchandisingConditionInput::CategoryId(id) => Self::Category(id.0),
            MerchandisingConditionInput::CollectionId(id) => Self::Collection(id.0),
        }
    }
}

/// A value of an attribute.
#[derive(InputObject)]
pub struct MerchandisingAttributeInput {
    /// The attribute.
    key: String,
    /// The value; case does not matter.
    value: String,
}

/// What is boosted or buried: exactly one field.
#[derive(OneofObject)]
pub enum MerchandisingTargetInput {
    /// A product.
    ProductId(Gid<ProductId>),
    /// All of a brand; case does not matter.
    Brand(String),
    /// All of a category and of those below it.
    CategoryId(Gid<CategoryId>),
    /// All with a value of an attribute.
    Attribute(MerchandisingAttributeInput),
}

impl From<MerchandisingTargetInput> for Target {
    fn from(input: MerchandisingTargetInput) -> Self {
        match input {
            MerchandisingTargetInput::ProductId(id) => Self::Product(id.0),
            MerchandisingTargetInput::Brand(brand) => Self::Brand(brand),
            MerchandisingTargetInput::CategoryId(id) => Self::Category(id.0),
            MerchandisingTargetInput::Attribute(attribute) => Self::Attribute(attribute.key, attribute.value),
        }
    }
}

/// A product to pin.
#[derive(InputObject)]
pub struct MerchandisingPinInput {
    /// The product.
    product_id: Gid<ProductId>,
    /// Where it stands, 1 to 100.
    position: i32,
}

/// Hits to lift or to lower.
#[derive(InputObject)]
pub struct MerchandisingMoveInput {
    /// Which ones.
    target: MerchandisingTargetInput,
    /// By how many percent of their score: 1 to 1000 to lift, 1 to 100 to lower.
    percent: i32,
}

/// What a rule does: exactly one field.
#[derive(OneofObject)]
pub enum MerchandisingEffectInput {
    /// Puts a product at a position.
    Pin(MerchandisingPinInput),
    /// Lifts hits.
    Boost(MerchandisingMoveInput),
    /// Lowers hits.
    Bury(MerchandisingMoveInput),
    /// Sends the shopper to a path of the shop, such as `/sale`, or to an address.
    Redirect(String),
}

impl From<MerchandisingEffectInput> for Effect {
    fn from(input: MerchandisingEffectInput) -> Self {
        match input {
            MerchandisingEffectInput::Pin(pin) => Self::Pin(pin.product_id.0, pin.position),
            MerchandisingEffectInput::Boost(boost) => Self::Boost(boost.target.into(), boost.percent),
            MerchandisingEffectInput::Bury(bury) => Self::Bury(bury.target.into(), bury.percent),
            MerchandisingEffectInput::Redirect(to) => Self::Redirect(to),
        }
    }
}

/// A rule to make, in the channel of the request.
#[derive(InputObject)]
pub struct MerchandisingRuleCreateInput {
    /// Name for staff.
    name: String,
    /// Which searches it is about.
    condition: MerchandisingConditionInput,
    /// What it does.
    effect: MerchandisingEffectInput,
    /// Of rules that want the same, the one with the largest priority counts.
    #[graphql(default)]
    priority: i32,
    /// Whether it counts at all.
    #[graphql(default = true)]
    enabled: bool,
    /// From when on it counts.
    starts_at: Option<DateTime<Utc>>,
    /// Until when it counts.
    ends_at: Option<DateTime<Utc>>,
}

impl From<MerchandisingRuleCreateInput> for CreateRule {
    fn from(input: MerchandisingRuleCreateInput) -> Self {
        Self {
            name: input.name,
            condition: input.condition.into(),
            effect: input.effect.into(),
            priority: input.priority,
            enabled: input.enabled,
            starts_at: input.starts_at,
            ends_at: input.ends_at,
        }
    }
}

/// What to change of a rule. What is not given stays.
#[derive(InputObject)]
pub struct MerchandisingRuleUpdateInput {
    /// The rule.
    pub(super) id: Gid<MerchandisingRuleId>,
    /// The version the change was made on; another one is refused.
    expected_version: Option<i32>,
    /// Name for staff.
    name: Option<String>,
    /// Which searches it is about.
    condition: Option<MerchandisingConditionInput>,
    /// What it does.
    effect: Option<MerchandisingEffectInput>,
    /// Of rules that want the same, the one with the largest priority counts.
    priority: Option<i32>,
    /// Whether it counts at all.
    enabled: Option<bool>,
    /// From when on it counts; null from the beginning.
    starts_at: MaybeUndefined<DateTime<Utc>>,
    /// Until when it counts; null for ever.
    ends_at: MaybeUndefined<DateTime<Utc>>,
}

/// A given field that may be emptied: absent leaves it, null empties it.
fn emptied<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

impl From<MerchandisingRuleUpdateInput> for UpdateRule {
    fn from(input: MerchandisingRuleUpdateInput) -> Self {
        Self {
            expected_version: input.expected_version,
            name: input.name,
            condition: input.condition.map(Into::into),
            effect: input.effect.map(Into::into),
            priority: input.priority,
            enabled: input.enabled,
            starts_at: emptied(input.starts_at),
            ends_at: emptied(input.ends_at),
        }
    }
}

/// A rule to delete.
#[derive(InputObject)]
pub struct MerchandisingRuleDeleteInput {
    /// The rule.
    pub(super) id: Gid<MerchandisingRuleId>,
}

/// A filter of rules. All that is given must hold.
#[derive(InputObject, Clone, Debug, Default)]
pub struct MerchandisingRuleWhere {
    /// About this query, whatever case and marks.
    query: Option<String>,
    /// About this category.
    category_id: Option<Gid<CategoryId>>,
    /// About this collection.
    collection_id: Option<Gid<CollectionId>>,
    /// That do this.
    action: Option<MerchandisingAction>,
    /// That are enabled, or are not.
    enabled: Option<bool>,
}

impl From<MerchandisingRuleWhere> for RuleFilter {
    fn from(input: MerchandisingRuleWhere) -> Self {
        Self {
            query: input.query,
            category: input.category_id.map(|id| id.0),
            collection: input.collection_id.map(|id| id.0),
            action: input.action.map(Into::into),
            enabled: input.enabled,
        }
    }
}

/// Words that shall mean the same.
#[derive(InputObject)]
pub struct SearchSynonymCreateInput {
    /// The word that finds the others but is not found by them; not given: each finds all.
    word: Option<String>,
    /// The words; two at least where there is no `word`.
    words: Vec<String>,
    /// Whether they count in every channel, not in that of the request alone; takes the permission for every channel.
    #[graphql(default)]
    pub(super) everywhere: bool,
}

impl From<SearchSynonymCreateInput> for Words {
    fn from(input: SearchSynonymCreateInput) -> Self {
        Self {
            word: input.word,
            words: input.words,
        }
    }
}

/// The words that shall mean the same instead.
#[derive(InputObject)]
pub struct SearchSynonymUpdateInput {
    /// Which row.
    pub(super) id: Gid<SynonymId>,
    /// The version the change was made on; another one is refused.
    pub(super) expected_version: Option<i32>,
    /// The word that finds the others but is not found by them; not given: each finds all.
    word: Option<String>,
    /// All words; two at least where there is no `word`.
    words: Vec<String>,
}

impl From<SearchSynonymUpdateInput> for Words {
    fn from(input: SearchSynonymUpdateInput) -> Self {
        Self {
            word: input.word,
            words: input.words,
        }
    }
}

/// Words that shall mean the same no more.
#[derive(InputObject)]
pub struct SearchSynonymDeleteInput {
    /// Which row.
    pub(super) id: Gid<SynonymId>,
}

/// A word that tells nothing.
#[derive(InputObject)]
pub struct SearchStopWordCreateInput {
    /// The word.
    pub(super) word: String,
    /// Whether it counts in every channel, not in that of the request alone; takes the permission for every channel.
    #[graphql(default)]
    pub(super) everywhere: bool,
}

/// A word that shall count again.
#[derive(InputObject)]
pub struct SearchStopWordDeleteInput {
    /// Which row.
    pub(super) id: Gid<StopWordId>,
}
