//! What the log writes of two states.

use merx::audit::{Difference, MASK, difference, masked};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn state() -> impl Strategy<Value = Value> {
    let plain = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..4i64).prop_map(Value::from),
        "[ab]{0,2}".prop_map(Value::from),
    ];
    let any = plain.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::hash_map("[abc]", inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    });
    prop::collection::hash_map("[abcd]", any, 0..5).prop_map(|fields| Value::Object(fields.into_iter().collect()))
}

fn fields(value: Option<&Value>) -> Map<String, Value> {
    value.and_then(Value::as_object).cloned().unwrap_or_default()
}

/// `state` with the difference applied: what is only in `before` goes, what is in `after` comes.
fn applied(state: &Map<String, Value>, before: &Map<String, Value>, after: &Map<String, Value>) -> Map<String, Value> {
    let mut result = state.clone();
    for name in before.keys().filter(|name| !after.contains_key(*name)) {
        result.remove(name);
    }
    for (name, new) in after {
        let inner = match (state.get(name), before.get(name), new) {
            (Some(Value::Object(state)), Some(Value::Object(before)), Value::Object(new)) => {
                Value::Object(applied(state, before, new))
            }
            _ => new.clone(),
        };
        result.insert(name.clone(), inner);
    }
    result
}

proptest! {
    #[test]
    fn what_did_not_change_is_not_written(state in state()) {
        let same = difference(state.clone(), state);
        prop_assert_eq!(same, Difference { before: Some(json!({})), after: Some(json!({})) });
    }

    #[test]
    fn a_difference_leads_from_one_state_to_the_other_and_back(old in state(), new in state()) {
        let found = difference(old.clone(), new.clone());
        let (before, after) = (fields(found.before.as_ref()), fields(found.after.as_ref()));
        let (old, new) = (fields(Some(&old)), fields(Some(&new)));
        prop_assert_eq!(applied(&old, &before, &after), new.clone());
        prop_assert_eq!(applied(&new, &after, &before), old.clone());
        // And says nothing that is the same on both sides.
        for name in before.keys().chain(after.keys()) {
            prop_assert_ne!(old.get(name), new.get(name), "{}", name);
        }
    }

    #[test]
    fn nothing_of_a_masked_field_is_left(state in state(), name in "(passwordHash|password_hash|email|First_Name|token)") {
        let secret = "the secret itself";
        let hidden = json!({ "a": [{ "b": { name.clone(): { "deep": [secret] }, "c": state.clone() } }] });
        let shown = masked(hidden);
        prop_assert!(!shown.to_string().contains(secret));
        prop_assert_eq!(&shown["a"][0]["b"][&name], MASK);
        prop_assert_eq!(&shown["a"][0]["b"]["c"], &masked(state));
    }
}

#[test]
fn a_new_thing_has_no_before_and_a_deleted_one_no_after() {
    let thing = json!({ "name": "Kite", "email": "a@b.example", "phone": null });
    let made = difference(Value::Null, thing.clone());
    assert_eq!(made.before, None);
    let shown = made.after.map(masked);
    assert_eq!(shown, Some(json!({ "name": "Kite", "email": MASK, "phone": null })));
    let gone = difference(thing.clone(), Value::Null);
    assert_eq!(gone.after, None);
    assert_eq!(gone.before, Some(thing));
    assert_eq!(difference(Value::Null, Value::Null), Difference::default());
}

#[test]
fn that_a_masked_field_changed_is_written() {
    let found = difference(
        json!({ "email": "old@b.example", "token": null, "name": "x" }),
        json!({ "email": "new@b.example", "token": "t", "name": "x" }),
    );
    assert_eq!(found.before.map(masked), Some(json!({ "email": MASK, "token": null })));
    assert_eq!(found.after.map(masked), Some(json!({ "email": MASK, "token": MASK })));
}

#[test]
fn fields_that_only_look_like_secrets_are_kept() {
    let plain = json!({ "tokens": 3, "name": "x", "key": "colour", "code": "SUMMER", "emailVerifiedAt": "2026-01-01" });
    assert_eq!(masked(plain.clone()), plain);
}
