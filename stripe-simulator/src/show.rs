//! How objects are shown: without the simulator's notes, with what the client wants expanded, and drifted on demand.

use serde_json::{Value, json};

use crate::error::{Outcome, StripeError};
use crate::fields::{Fields, Object};
use crate::world::World;

/// An object as an answer or an event shows it.
pub fn object(world: &World, object: &Object) -> Value {
    let mut shown = object.clone();
    shown.retain(|key, _| !key.starts_with('_'));
    world.drift.apply(&mut shown);
    Value::Object(shown)
}

/// An answer with the paths of `expand` opened: `latest_charge.balance_transaction`, `data.customer`.
pub fn expanded(world: &World, mut answer: Value, paths: &[&str]) -> Outcome<Value> {
    for path in paths {
        let parts: Vec<&str> = path.split('.').collect();
        if parts.len() > 4 {
            return Err(too_deep(path));
        }
        open(world, &mut answer, &parts, path)?;
    }
    Ok(answer)
}

fn open(world: &World, at: &mut Value, parts: &[&str], path: &str) -> Outcome<()> {
    let [part, rest @ ..] = parts else { return Ok(()) };
    match at {
        Value::Array(items) => items.iter_mut().try_for_each(|item| open(world, item, parts, path)),
        Value::Null => Ok(()),
        Value::Object(map) => {
            if map.text("object") == "charge" && *part == "refunds" {
                let refunds = refunds_of(world, map.text("id"));
                map.insert("refunds".to_owned(), refunds);
            }
            let Some(inner) = map.get_mut(*part) else {
                return Err(cannot(path));
            };
            if let Some(found) = inner.as_str().map(|id| world.objects.get(id)) {
                let Some(found) = found else { return Err(cannot(path)) };
                *inner = object(world, found);
            }
            open(world, inner, rest, path)
        }
        _ => Err(cannot(path)),
    }
}

fn refunds_of(world: &World, charge: &str) -> Value {
    let data: Vec<Value> = world
        .all("refund")
        .rev()
        .filter(|refund| refund.text("charge") == charge)
        .map(|refund| object(world, refund))
        .collect();
    json!({ "object": "list", "data": data, "has_more": false, "url": format!("/v1/charges/{charge}/refunds") })
}

fn cannot(path: &str) -> StripeError {
    StripeError::param("expand", "", format!("This property cannot be expanded ({path})."))
}

fn too_deep(path: &str) -> StripeError {
    StripeError::param(
        "expand",
        "",
        format!("You cannot expand more than 4 levels of a property. Property: {path}"),
    )
}
