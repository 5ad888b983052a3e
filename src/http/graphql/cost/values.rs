//! What arguments say, with the variables put in.

use std::collections::HashMap;

use async_graphql::Positioned;
use async_graphql::Value as Constant;
use async_graphql::parser::types::{Field, OperationDefinition};
use async_graphql_value::Value;
use serde_json::{Map, Value as Json};

/// Bytes of text that weigh as much as a value of its own.
const TEXT: u64 = 256;

/// The values of variables.
pub(super) struct Values<'a> {
    given: &'a Map<String, Json>,
    defaults: HashMap<&'a str, &'a Constant>,
    weights: HashMap<&'a str, u64>,
}

impl<'a> Values<'a> {
    /// Those of `operation`.
    pub(super) fn of(given: &'a Map<String, Json>, operation: Option<&'a OperationDefinition>) -> Self {
        let definitions = operation.map_or(&[][..], |operation| &operation.variable_definitions);
        let default = |definition: &'a Positioned<async_graphql::parser::types::VariableDefinition>| {
            let value = definition.node.default_value.as_ref()?;
            Some((definition.node.name.node.as_str(), &value.node))
        };
        Self {
            given,
            defaults: definitions.iter().filter_map(default).collect(),
            weights: HashMap::new(),
        }
    }

    /// The number in the argument `name`.
    pub(super) fn count(&self, field: &'a Field, name: &str) -> Option<u64> {
        match &field.get_argument(name)?.node {
            Value::Number(number) => number.as_u64(),
            Value::Variable(variable) => match self.given.get(variable.as_str()) {
                Some(given) => given.as_u64(),
                None => match self.defaults.get(variable.as_str())? {
                    Constant::Number(number) => number.as_u64(),
                    _ => None,
                },
            },
            _ => None,
        }
    }

    /// The number of elements in the argument `name`.
    pub(super) fn length(&self, field: &'a Field, name: &str) -> Option<u64> {
        let length = match &field.get_argument(name)?.node {
            Value::List(items) => items.len(),
            Value::Variable(variable) => match self.given.get(variable.as_str()) {
                Some(Json::Array(items)) => items.len(),
                Some(_) => 1,
                None => match self.defaults.get(variable.as_str())? {
                    Constant::List(items) => items.len(),
                    _ => 1,
                },
            },
            _ => 1,
        };
        Some(length as u64)
    }

    /// How many values `value` consists of. Validation copies them, and so does whoever reads an argument.
    pub(super) fn weight(&mut self, value: &'a Value) -> u64 {
        match value {
            Value::Variable(name) => self.variable(name.as_str()),
            Value::String(text) => text_weight(text),
            Value::List(items) => sum(items.iter().map(|item| self.weight(item))),
            Value::Object(fields) => sum(fields.values().map(|field| self.weight(field))),
            _ => 1,
        }
    }

    fn variable(&mut self, name: &'a str) -> u64 {
        if let Some(weight) = self.weights.get(name) {
            return *weight;
        }
        let weight = match (self.given.get(name), self.defaults.get(name)) {
            (Some(given), _) => json_weight(given),
            (None, Some(default)) => constant_weight(default),
            (None, None) => 1,
        };
        self.weights.insert(name, weight);
        weight
    }
}

fn sum(parts: impl Iterator<Item = u64>) -> u64 {
    parts.fold(1, u64::saturating_add)
}

fn text_weight(text: &str) -> u64 {
    1 + text.len() as u64 / TEXT
}

/// How many values `value` consists of.
pub(super) fn constant_weight(value: &Constant) -> u64 {
    match value {
        Constant::String(text) => text_weight(text),
        Constant::List(items) => sum(items.iter().map(constant_weight)),
        Constant::Object(fields) => sum(fields.values().map(constant_weight)),
        _ => 1,
    }
}

fn json_weight(value: &Json) -> u64 {
    match value {
        Json::String(text) => text_weight(text),
        Json::Array(items) => sum(items.iter().map(json_weight)),
        Json::Object(fields) => sum(fields
            .iter()
            .map(|(name, field)| text_weight(name) + json_weight(field))),
        _ => 1,
    }
}
