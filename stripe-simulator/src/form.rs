//! Bodies in the form that Stripe takes: `metadata[cart]=7&expand[]=latest_charge&items[0][price]=p`.

use serde_json::Value;

use crate::fields::Object;

/// Decodes a query string or a form; lists are told by `[]` or by indices.
pub fn decode(text: &str) -> Object {
    let mut root = Object::new();
    // A form of nothing is written as `=` by some.
    let pairs = form_urlencoded::parse(text.as_bytes()).filter(|(key, _)| !key.is_empty());
    for (key, value) in pairs {
        let mut parts = key.split('[').map(|part| part.trim_end_matches(']'));
        let first = parts.next().unwrap_or_default();
        let rest: Vec<&str> = parts.collect();
        insert(&mut root, first, &rest, &value);
    }
    for (key, value) in &mut root {
        if key != "metadata" {
            lists(value);
        }
    }
    root
}

fn insert(into: &mut Object, key: &str, rest: &[&str], value: &str) {
    let key = if key.is_empty() {
        into.len().to_string()
    } else {
        key.to_owned()
    };
    match rest {
        [] => {
            into.insert(key, Value::from(value));
        }
        [next, rest @ ..] => {
            let inner = into.entry(key).or_insert_with(|| Value::Object(Object::new()));
            if !inner.is_object() {
                *inner = Value::Object(Object::new());
            }
            if let Value::Object(inner) = inner {
                insert(inner, next, rest, value);
            }
        }
    }
}

/// Turns maps whose keys are all numbers into lists.
fn lists(value: &mut Value) {
    let Value::Object(map) = value else { return };
    for (key, inner) in map.iter_mut() {
        if key != "metadata" {
            lists(inner);
        }
    }
    let Some(mut numbered) = map
        .iter()
        .map(|(key, inner)| key.parse::<usize>().ok().map(|index| (index, inner.clone())))
        .collect::<Option<Vec<_>>>()
    else {
        return;
    };
    if !numbered.is_empty() {
        numbered.sort_by_key(|(index, _)| *index);
        *value = numbered.into_iter().map(|(_, inner)| inner).collect();
    }
}
