//! Reading and writing objects as Stripe's API shows them: maps of JSON.
//!
//! A key that begins with `_` is the simulator's own note and is never shown.

use serde_json::{Map, Value};

/// A JSON object.
pub type Object = Map<String, Value>;

/// The fields of an object, with the empty value for what is not there.
pub trait Fields {
    /// A text, or "".
    fn text(&self, key: &str) -> &str;
    /// A whole number, or 0.
    fn int(&self, key: &str) -> i64;
    /// Whether the field is `true`.
    fn flag(&self, key: &str) -> bool;
    /// A nested object.
    fn object(&self, key: &str) -> Option<&Object>;
    /// Writes a field.
    fn set(&mut self, key: &str, value: impl Into<Value>);
    /// The object's own id.
    fn id(&self) -> String {
        self.text("id").to_owned()
    }
}

impl Fields for Object {
    fn text(&self, key: &str) -> &str {
        self.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    fn int(&self, key: &str) -> i64 {
        self.get(key).and_then(Value::as_i64).unwrap_or_default()
    }

    fn flag(&self, key: &str) -> bool {
        self.get(key).and_then(Value::as_bool).unwrap_or_default()
    }

    fn object(&self, key: &str) -> Option<&Object> {
        self.get(key).and_then(Value::as_object)
    }

    fn set(&mut self, key: &str, value: impl Into<Value>) {
        self.insert(key.to_owned(), value.into());
    }
}

/// The object inside a `json!({..})`.
pub fn object(value: Value) -> Object {
    match value {
        Value::Object(map) => map,
        other => Map::from_iter([("value".to_owned(), other)]),
    }
}

/// A text or JSON's null.
pub fn or_null(text: Option<&str>) -> Value {
    text.map_or(Value::Null, Value::from)
}
