//! Which rules a search meets, and what they make of it. No I/O.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use entity::search::merchandising_rule::{Model, RuleAction, RuleScope, RuleTarget};
use entity::{CategoryId, CollectionId, MerchandisingRuleId, ProductId};

use crate::search::engine;

/// Which searches a rule is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The query is this one.
    Is(String),
    /// These words stand in the query, in a row.
    Contains(String),
    /// The category is browsed, without words.
    Category(CategoryId),
    /// The collection is browsed, without words.
    Collection(CollectionId),
}

/// What a rule boosts or buries.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// A product.
    Product(ProductId),
    /// All of a brand.
    Brand(String),
    /// All of a category and of those below it.
    Category(CategoryId),
    /// All with a value of an attribute: key and value.
    Attribute(String, String),
}

/// What a rule does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Puts a product at a position, from 1.
    Pin(ProductId, i32),
    /// Lifts by so many percent.
    Boost(Target, i32),
    /// Lowers by so many percent.
    Bury(Target, i32),
    /// Sends the shopper to a path of the shop or to an address.
    Redirect(String),
}

/// What a search asks for, as rules see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The query, [`plain`].
    pub query: String,
    /// The category that is browsed, when it is one.
    pub category: Option<CategoryId>,
    /// The collection that is browsed, when it is one.
    pub collection: Option<CollectionId>,
}

/// What the rules make of a search.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct View {
    /// Pinned products with the positions that they are wanted at, in this order.
    pub pins: Vec<(ProductId, usize)>,
    /// What is lifted and lowered.
    pub adjust: Vec<engine::Adjust>,
    /// Where the shopper is sent.
    pub redirect: Option<String>,
    /// The rules that count, the weightiest first.
    pub rules: Vec<MerchandisingRuleId>,
}

/// `text` as rules compare it: words in lower case with one space between them, without marks.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for word in text.to_lowercase().split(|c: char| !c.is_alphanumeric()) {
        if word.is_empty() {
            continue;
        }
        if !plain.is_empty() {
            plain.push(' ');
        }
        plain.push_str(word);
    }
    plain
}

fn contains(query: &str, words: &str) -> bool {
    query.match_indices(words).any(|(at, found)| {
        let before = query[..at].chars().next_back();
        let behind = query[at + found.len()..].chars().next();
        before.is_none_or(|c| c == ' ') && behind.is_none_or(|c| c == ' ')
    })
}

fn meets(rule: &Model, asked: &Asked) -> bool {
    let browsing = asked.query.is_empty();
    match rule.scope {
        RuleScope::QueryExact => rule.query.as_deref().is_some_and(|query| query == asked.query),
        RuleScope::QueryContains => rule.query.as_deref().is_some_and(|query| contains(&asked.query, query)),
        RuleScope::Category => browsing && rule.category_id.is_some() && rule.category_id == asked.category,
        RuleScope::Collection => browsing && rule.collection_id.is_some() && rule.collection_id == asked.collection,
    }
}

/// Whether a rule counts at `now`.
pub fn is_active(rule: &Model, now: DateTime<Utc>) -> bool {
    rule.enabled && rule.starts_at.is_none_or(|at| at <= now) && rule.ends_at.is_none_or(|at| at > now)
}

/// What a rule boosts or buries; none when the row does not say.
pub fn target_of(rule: &Model) -> Option<Target> {
    Some(match rule.target? {
        RuleTarget::Product => Target::Product(rule.target_product_id?),
        RuleTarget::Category => Target::Category(rule.target_category_id?),
        RuleTarget::Brand => Target::Brand(rule.target_value.clone()?),
        RuleTarget::Attribute => Target::Attribute(rule.target_key.clone()?, rule.target_value.clone()?),
    })
}

fn for_engine(target: Target) -> engine::Target {
    match target {
        Target::Product(id) => engine::Target::Products(vec![id]),
        Target::Brand(brand) => engine::Target::Brand(brand),
        Target::Category(id) => engine::Target::Category(id),
        Target::Attribute(key, value) => engine::Target::Attribute { key, value },
    }
}

/// What `rules` make of a search at `now`. Of rules that want the same (to redirect, to move one thing, to pin one
/// product) the one with the largest priority counts, of equal ones the oldest.
pub fn view<'a>(rules: impl IntoIterator<Item = &'a Model>, asked: &Asked, now: DateTime<Utc>) -> View {
    let met = rules
        .into_iter()
        .filter(|rule| is_active(rule, now) && meets(rule, asked));
    let mut met: Vec<&Model> = met.collect();
    met.sort_by_key(|rule| (std::cmp::Reverse(rule.priority), rule.id));
    let mut view = View::default();
    let (mut pinned, mut moved) = (HashSet::new(), HashSet::new());
    for rule in met {
        let counts = match rule.action {
            RuleAction::Redirect => {
                let first = view.redirect.is_none();
                if first {
                    view.redirect.clone_from(&rule.redirect);
                }
                first
            }
            RuleAction::Pin => match (rule.target_product_id, rule.position) {
                (Some(product), Some(position)) if pinned.insert(product) => {
                    view.pins.push((product, usize::try_from(position).unwrap_or(1).max(1)));
                    true
                }
                _ => false,
            },
            RuleAction::Boost | RuleAction::Bury => match (target_of(rule), rule.percent) {
                (Some(target), Some(percent)) if moved.insert(target.clone()) => {
                    let percent = if rule.action == RuleAction::Bury {
                        -percent
                    } else {
                        percent
                    };
                    view.adjust.push(engine::Adjust {
                        target: for_engine(target),
                        percent,
                    });
                    true
                }
                _ => false,
            },
        };
        if counts {
            view.rules.push(rule.id);
        }
    }
    // Stable: of two for one position the weightier stands first.
    view.pins.sort_by_key(|(_, position)| *position);
    view
}

impl View {
    /// What the engine is told.
    pub fn curation(&self) -> engine::Curation {
        engine::Curation {
            pins: self.pins.iter().map(|(product, _)| *product).collect(),
            adjust: self.adjust.clone(),
        }
    }

    /// Moves the pins among `hits`, a first page on which they stand in front, to their positions. One that would stand
    /// behind the page stands at its end.
    pub fn place<T>(&self, hits: Vec<T>, product: impl Fn(&T) -> ProductId) -> Vec<T> {
        let (mut pinned, mut others) = (Vec::new(), Vec::new());
        for hit in hits {
            match self.pins.iter().find(|(pin, _)| *pin == product(&hit)) {
                Some((_, position)) => pinned.push((*position, hit)),
                None => others.push(hit),
            }
        }
        for (position, hit) in pinned {
            others.insert((position - 1).min(others.len()), hit);
        }
        others
    }
}
