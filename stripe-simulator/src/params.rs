//! The parameters of a request, read as Stripe reads them.

use serde_json::Value;

use crate::error::{Outcome, StripeError};
use crate::fields::Object;

/// Parameters of a query string and a form.
#[derive(Clone, Debug, Default)]
pub struct Params(pub Object);

impl Params {
    /// Refuses parameters that the endpoint does not know. `expand` is known everywhere.
    pub fn allow(&self, known: &[&str]) -> Outcome<()> {
        match self
            .0
            .keys()
            .find(|key| *key != "expand" && !known.contains(&key.as_str()))
        {
            None => self.check_metadata(),
            Some(key) => Err(StripeError::param(
                key,
                "parameter_unknown",
                format!("Received unknown parameter: {key}"),
            )),
        }
    }

    /// Refuses metadata past the documented limits: 50 keys of 40 letters, values of 500.
    fn check_metadata(&self) -> Outcome<()> {
        let Some(metadata) = self.0.get("metadata").and_then(Value::as_object) else {
            return Ok(());
        };
        let too_long = metadata.iter().find_map(|(key, value)| {
            let value = value.as_str().unwrap_or_default();
            match (key.chars().count() > 40, value.chars().count() > 500) {
                (true, _) => Some(format!("Metadata keys can be at most 40 characters long: {key}")),
                (_, true) => Some(format!(
                    "Metadata values can have up to 500 characters, but {key} has more."
                )),
                _ => None,
            }
        });
        let message = match too_long {
            None if metadata.len() > 50 => "Metadata can have at most 50 keys.".to_owned(),
            None => return Ok(()),
            Some(message) => message,
        };
        Err(StripeError::param("metadata", "", message))
    }

    /// A text that is there and not empty.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// A text that must be there.
    pub fn required(&self, key: &str) -> Outcome<&str> {
        self.text(key).ok_or_else(|| StripeError::missing(key))
    }

    /// A whole number.
    pub fn int(&self, key: &str) -> Outcome<Option<i64>> {
        self.text(key)
            .map(|text| {
                text.parse().map_err(|_| {
                    StripeError::param(key, "parameter_invalid_integer", format!("Invalid integer: {text}"))
                })
            })
            .transpose()
    }

    /// A number of at least one.
    pub fn amount(&self, key: &str) -> Outcome<Option<i64>> {
        match self.int(key)? {
            Some(amount) if amount < 1 => Err(StripeError::param(
                key,
                "parameter_invalid_integer",
                "This value must be greater than or equal to 1.",
            )),
            Some(amount) if amount > 99_999_999 => Err(StripeError::param(
                key,
                "amount_too_large",
                "Amount must be no more than $999,999.99",
            )),
            amount => Ok(amount),
        }
    }

    /// `true` or `false`; absent is false.
    pub fn flag(&self, key: &str) -> Outcome<bool> {
        match self.text(key) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(other) => Err(StripeError::param(key, "", format!("Invalid boolean: {other}"))),
        }
    }

    /// One of a few words.
    pub fn one_of(&self, key: &str, allowed: &[&str]) -> Outcome<Option<&str>> {
        match self.text(key) {
            Some(text) if !allowed.contains(&text) => Err(StripeError::param(
                key,
                "",
                format!("Invalid {key}: must be one of {}", allowed.join(", ")),
            )),
            text => Ok(text),
        }
    }

    /// A nested object as parameters.
    pub fn nested(&self, key: &str) -> Option<Params> {
        self.0.get(key).and_then(Value::as_object).cloned().map(Params)
    }

    /// A list of texts.
    pub fn texts(&self, key: &str) -> Vec<&str> {
        match self.0.get(key) {
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(text)) if !text.is_empty() => vec![text],
            _ => Vec::new(),
        }
    }

    /// An address with every documented field.
    pub fn address(&self) -> Value {
        let part = |key: &str| crate::fields::or_null(self.text(key));
        serde_json::json!({
            "city": part("city"), "country": part("country"), "line1": part("line1"), "line2": part("line2"),
            "postal_code": part("postal_code"), "state": part("state"),
        })
    }

    /// Merges `metadata` into an object's: an empty value takes a key away, an empty `metadata` all of them.
    pub fn merge_metadata(&self, into: &mut Object) {
        let mut metadata = into
            .get("metadata")
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default();
        match self.0.get("metadata") {
            Some(Value::Object(new)) => {
                for (key, value) in new {
                    if value.as_str() == Some("") {
                        metadata.remove(key);
                    } else {
                        metadata.insert(key.clone(), value.clone());
                    }
                }
            }
            Some(Value::String(text)) if text.is_empty() => metadata.clear(),
            _ => {}
        }
        into.insert("metadata".to_owned(), Value::Object(metadata));
    }

    /// Copies parameters that the object shows as they came.
    pub fn copy(&self, keys: &[&str], into: &mut Object) {
        for key in keys {
            if let Some(value) = self.0.get(*key) {
                let value = if value.as_str() == Some("") {
                    Value::Null
                } else {
                    value.clone()
                };
                into.insert((*key).to_owned(), value);
            }
        }
    }
}
