//! What rules do to a list. Pure.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::recommendation::recommendation_rule::RuleAction;
use entity::{CategoryId, ChannelId, ProductId};

use crate::recommendation::rule::Rule;
use crate::recommendation::slot::Intent;

/// Where a list stands.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// What it is to do.
    pub intent: Intent,
    /// The channel.
    pub channel: ChannelId,
    /// The category of the product that it is for, and those above it.
    pub categories: &'a [CategoryId],
    /// When.
    pub now: DateTime<Utc>,
}

/// What the rules of a place come to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Effect {
    /// Products that have a place, from 0, in the order of the places.
    pub pins: Vec<(usize, ProductId)>,
    excluded: HashSet<ProductId>,
    excluded_categories: HashSet<CategoryId>,
    boosted: HashMap<ProductId, f32>,
    boosted_categories: HashMap<CategoryId, f32>,
}

impl Effect {
    /// Whether a product is not to be shown. `categories` are its own and those above.
    pub fn excludes(&self, product: ProductId, categories: &[CategoryId]) -> bool {
        self.excluded.contains(&product) || categories.iter().any(|id| self.excluded_categories.contains(id))
    }

    /// What the score of a product is multiplied by.
    pub fn factor(&self, product: ProductId, categories: &[CategoryId]) -> f32 {
        let own = self.boosted.get(&product).copied().unwrap_or(1.0);
        let theirs = categories.iter().filter_map(|id| self.boosted_categories.get(id));
        theirs.fold(own, |product, factor| product * factor)
    }

    /// Whether it changes scores.
    pub fn boosts(&self) -> bool {
        !self.boosted.is_empty() || !self.boosted_categories.is_empty()
    }

    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What the rules that hold at `place` come to. Of several that pin to one position the latest stands there.
pub fn effect(rules: &[Rule], place: &Place<'_>) -> Effect {
    let mut effect = Effect::default();
    for rule in rules.iter().filter(|rule| holds(rule, place)) {
        match rule.action {
            RuleAction::Pin => {
                let position = rule.position.and_then(|p| usize::try_from(p - 1).ok());
                if let (Some(position), Some(product)) = (position, rule.product_id)
                    && !effect.pins.iter().any(|pin| pin.0 == position || pin.1 == product)
                {
                    effect.pins.push((position, product));
                }
            }
            RuleAction::Exclude => {
                effect.excluded.extend(rule.product_id);
                effect.excluded_categories.extend(rule.target_category_id);
            }
            RuleAction::Boost => {
                let factor = 1.0 + rule.percent.unwrap_or_default() as f32 / 100.0;
                if let Some(product) = rule.product_id {
                    *effect.boosted.entry(product).or_insert(1.0) *= factor;
                }
                if let Some(category) = rule.target_category_id {
                    *effect.boosted_categories.entry(category).or_insert(1.0) *= factor;
                }
            }
        }
    }
    effect.pins.sort_unstable();
    effect
}

fn holds(rule: &Rule, place: &Place<'_>) -> bool {
    rule.intent
        .as_deref()
        .is_none_or(|intent| intent == place.intent.name())
        && rule.channel_id.is_none_or(|channel| channel == place.channel)
        && rule
            .category_id
            .is_none_or(|category| place.categories.contains(&category))
        && rule.starts_at.is_none_or(|starts| starts <= place.now)
        && rule.ends_at.is_none_or(|ends| place.now < ends)
}
