//! What comes back, read by name. Stripe adds fields and values without notice, and a payment must not fail over one that
//! nobody asked for: what is missing or of another kind reads as nothing, and only what is needed is insisted on.

use miniserde::json::{Number, Value};

use crate::platform::error::{Fault, Result};

/// What stands in the place of what is not there.
static NOTHING: Value = Value::Null;

/// A part of an answer.
#[derive(Clone, Copy)]
pub(super) struct Part<'a>(&'a Value);

impl<'a> From<&'a Value> for Part<'a> {
    fn from(value: &'a Value) -> Self {
        Self(value)
    }
}

impl<'a> Part<'a> {
    /// The part `name` of an object.
    pub fn at(self, name: &str) -> Self {
        match self.0 {
            Value::Object(object) => Self(object.get(name).unwrap_or(&NOTHING)),
            _ => Self(&NOTHING),
        }
    }

    /// Whether it is an object.
    pub fn is_object(self) -> bool {
        matches!(self.0, Value::Object(_))
    }

    /// The text `name`; none when it is empty.
    pub fn text(self, name: &str) -> Option<&'a str> {
        match self.at(name).0 {
            Value::String(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// The id of `name`, whether it stands there alone or in its object.
    pub fn id(self, name: &str) -> Option<&'a str> {
        self.text(name).or_else(|| self.at(name).text("id"))
    }

    /// The whole number `name`.
    pub fn number(self, name: &str) -> Option<i64> {
        match self.at(name).0 {
            Value::Number(Number::I64(number)) => Some(*number),
            Value::Number(Number::U64(number)) => i64::try_from(*number).ok(),
            _ => None,
        }
    }

    /// Whether `name` is said to be so.
    pub fn flag(self, name: &str) -> bool {
        matches!(self.at(name).0, Value::Bool(true))
    }

    /// The items of `name`: of an array, or of what Stripe calls a list.
    pub fn items(self, name: &str) -> Vec<Self> {
        let list = self.at(name);
        match (list.0, list.at("data").0) {
            (Value::Array(items), _) | (_, Value::Array(items)) => items.iter().map(Self).collect(),
            _ => Vec::new(),
        }
    }

    /// The text `name`, which must be there.
    ///
    /// # Errors
    /// When it is not.
    pub fn needed_text(self, name: &'static str) -> Result<&'a str> {
        self.text(name).ok_or_else(|| lacks(name))
    }

    /// The whole number `name`, which must be there.
    ///
    /// # Errors
    /// When it is not.
    pub fn needed_number(self, name: &'static str) -> Result<i64> {
        self.number(name).ok_or_else(|| lacks(name))
    }
}

fn lacks(name: &'static str) -> Fault {
    Fault::part("stripe", format!("an answer lacks {name}"))
}
