//! Typed attributes.

use entity::catalog::attribute::AttributeKind;

/// Longest key of an attribute in bytes.
pub const KEY_MAX: usize = 100;
/// Longest value that filters compare, in characters.
pub const VALUE_KEY_MAX: usize = 80;

/// A value with its type.
#[derive(Clone, Debug, PartialEq)]
pub enum AttributeValue {
    /// Free text.
    Text(String),
    /// A number. Attributes measure things; money never comes here.
    Number(f64),
    /// Yes or no.
    Boolean(bool),
}

/// An attribute with its values, as it comes in.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAttribute {
    /// Unique name in filters, lower case.
    pub key: String,
    /// Its values, in order.
    pub values: Vec<AttributeValue>,
}

impl AttributeValue {
    /// The type.
    pub fn kind(&self) -> AttributeKind {
        match self {
            Self::Text(_) => AttributeKind::Text,
            Self::Number(_) => AttributeKind::Number,
            Self::Boolean(_) => AttributeKind::Boolean,
        }
    }

    /// The value as people read it.
    pub fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Boolean(true) => "yes".to_owned(),
            Self::Boolean(false) => "no".to_owned(),
        }
    }

    /// The value as one of an attribute of `kind`, when its text says one: `"12.5"` is a number where numbers belong.
    /// Anything else stays as it is.
    #[must_use]
    pub fn of_kind(self, kind: AttributeKind) -> Self {
        let Self::Text(text) = &self else { return self };
        match (kind, text.trim()) {
            (AttributeKind::Number, number) => match number.parse::<f64>() {
                Ok(number) if number.is_finite() => Self::Number(number),
                _ => self,
            },
            (AttributeKind::Boolean, "yes" | "true") => Self::Boolean(true),
            (AttributeKind::Boolean, "no" | "false") => Self::Boolean(false),
            _ => self,
        }
    }

    /// The number, where there is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }
}

/// What filters compare: lower case, at most 80 characters.
pub fn value_key(shown: &str) -> String {
    shown.trim().to_lowercase().chars().take(VALUE_KEY_MAX).collect()
}

/// The name of an attribute for people: `screen_size` becomes `Screen size`.
pub fn name_of(key: &str) -> String {
    let spaced = key.replace(['_', '-'], " ");
    let mut chars = spaced.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + chars.as_str()
    })
}
