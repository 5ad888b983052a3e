//! What changed between two states of something, without what nobody may read in a log.

use serde_json::{Map, Value};

/// What stands in place of a masked value.
pub const MASK: &str = "***";

/// Fields that are never written, by their names without case and underscores: secrets, and what describes a person.
/// That they changed is written.
const MASKED: [&str; 29] = [
    "accesstoken",
    "address",
    "addresses",
    "apikey",
    "billingaddress",
    "city",
    "company",
    "email",
    "firstname",
    "hash",
    "lastname",
    "line1",
    "line2",
    "password",
    "passwordhash",
    "phone",
    "pkceverifier",
    "postalcode",
    "privatekey",
    "recoverycodes",
    "refreshtoken",
    "secret",
    "shippingaddress",
    "street1",
    "street2",
    "taxid",
    "token",
    "totpsecret",
    "vatid",
];

/// The fields that changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Difference {
    /// As they were; none when there was nothing.
    pub before: Option<Value>,
    /// As they are; none when there is nothing any more.
    pub after: Option<Value>,
}

/// What of `before` and `after` is not the same. Objects are compared field by field, at any depth; lists and plain
/// values as a whole. A field that only one side has stands on that side only. Null is nothing.
pub fn difference(before: Value, after: Value) -> Difference {
    let (before, after) = match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            let (before, after) = fields_that_differ(before, after);
            (Value::Object(before), Value::Object(after))
        }
        (before, after) if before == after => (Value::Null, Value::Null),
        differing => differing,
    };
    let something = |value: Value| (!value.is_null()).then_some(value);
    Difference {
        before: something(before),
        after: something(after),
    }
}

fn fields_that_differ(
    before: Map<String, Value>,
    mut after: Map<String, Value>,
) -> (Map<String, Value>, Map<String, Value>) {
    let (mut was, mut is) = (Map::new(), Map::new());
    for (name, old) in before {
        match (old, after.remove(&name)) {
            (old, None) => {
                was.insert(name, old);
            }
            (old, Some(new)) if old == new => {}
            (Value::Object(old), Some(Value::Object(new))) => {
                let (old, new) = fields_that_differ(old, new);
                was.insert(name.clone(), Value::Object(old));
                is.insert(name, Value::Object(new));
            }
            (old, Some(new)) => {
                was.insert(name.clone(), old);
                is.insert(name, new);
            }
        }
    }
    is.extend(after);
    (was, is)
}

/// `value` with [`MASK`] in place of what stands in a field that is never written. Null stays: that there was nothing is
/// no secret.
pub fn masked(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| {
                let value = match value {
                    Value::Null => Value::Null,
                    _ if is_masked(&name) => Value::from(MASK),
                    value => masked(value),
                };
                (name, value)
            });
            Value::Object(fields.collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(masked).collect()),
        plain => plain,
    }
}

fn is_masked(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(|c| *c != '_')
        .flat_map(char::to_lowercase)
        .collect();
    MASKED.binary_search(&plain.as_str()).is_ok()
}
