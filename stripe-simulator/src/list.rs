//! Lists: newest first, with cursors; and the little search language.

use serde_json::{Value, json};

use crate::error::{Outcome, StripeError};
use crate::fields::{Fields, Object};
use crate::params::Params;
use crate::show;
use crate::world::World;

const CURSORS: [&str; 4] = ["limit", "starting_after", "ending_before", "created"];

/// A page of the objects of a kind; `filters` are fields that a parameter of the same name must equal.
pub fn list(world: &World, params: &Params, kind: &str, url: &str, filters: &[&str]) -> Outcome<Value> {
    params.allow(&[&CURSORS, filters].concat())?;
    let limit = limit(params)?;
    let mut matching: Vec<&Object> = Vec::new();
    for found in world.all(kind).rev().filter(|object| !object.flag("_deleted")) {
        let mut fits = created(params, found)?;
        for filter in filters {
            fits &= params.text(filter).is_none_or(|wanted| found.text(filter) == wanted);
        }
        if fits {
            matching.push(found);
        }
    }
    let position = |param: &str| match params.text(param) {
        None => Ok(None),
        Some(id) => {
            world.get(kind, id, param)?;
            Ok(matching.iter().position(|object| object.text("id") == id))
        }
    };
    let (after, before) = (position("starting_after")?, position("ending_before")?);
    let (page, has_more) = match (after, before) {
        (None, Some(before)) => {
            let start = before.saturating_sub(limit);
            (matching.get(start..before), start > 0)
        }
        (after, _) => {
            let start = after.map_or(0, |at| at + 1);
            let end = matching.len().min(start + limit);
            (matching.get(start..end), end < matching.len())
        }
    };
    let data: Vec<Value> = page
        .unwrap_or_default()
        .iter()
        .map(|object| show::object(world, object))
        .collect();
    Ok(json!({ "object": "list", "url": url, "has_more": has_more, "data": data }))
}

fn limit(params: &Params) -> Outcome<usize> {
    let limit = params.int("limit")?.unwrap_or(10);
    usize::try_from(limit)
        .ok()
        .filter(|limit| (1..=100).contains(limit))
        .ok_or_else(|| StripeError::param("limit", "parameter_invalid_integer", "limit must be between 1 and 100"))
}

fn created(params: &Params, object: &Object) -> Outcome<bool> {
    let at = object.int("created");
    if let Some(exact) = params.int("created")? {
        return Ok(at == exact);
    }
    let Some(range) = params.nested("created") else {
        return Ok(true);
    };
    Ok(range.int("gt")?.is_none_or(|bound| at > bound)
        && range.int("gte")?.is_none_or(|bound| at >= bound)
        && range.int("lt")?.is_none_or(|bound| at < bound)
        && range.int("lte")?.is_none_or(|bound| at <= bound))
}

/// Objects that a query finds: `status:'succeeded' AND metadata['cart']:'7'`, with `AND` or `OR` between clauses.
pub fn search(world: &World, params: &Params, kind: &str, url: &str) -> Outcome<Value> {
    params.allow(&["query", "limit", "page"])?;
    let limit = limit(params)?;
    let query = params.required("query")?;
    let any = query.contains(" OR ");
    let clauses: Vec<(String, String)> = query
        .split(if any { " OR " } else { " AND " })
        .map(clause)
        .collect::<Outcome<_>>()?;
    let start: usize = params
        .text("page")
        .and_then(|page| page.parse().ok())
        .unwrap_or_default();
    let found: Vec<&Object> = world
        .all(kind)
        .rev()
        .filter(|object| {
            let mut hits = clauses.iter().map(|(field, value)| field_is(object, field, value));
            if any { hits.any(|hit| hit) } else { hits.all(|hit| hit) }
        })
        .collect();
    let end = found.len().min(start + limit);
    let has_more = end < found.len();
    let data: Vec<Value> = found
        .get(start..end)
        .unwrap_or_default()
        .iter()
        .map(|object| show::object(world, object))
        .collect();
    Ok(json!({
        "object": "search_result",
        "url": url,
        "has_more": has_more,
        "next_page": has_more.then(|| end.to_string()),
        "data": data,
    }))
}

fn clause(text: &str) -> Outcome<(String, String)> {
    let bad = || {
        StripeError::param(
            "query",
            "",
            format!("We were unable to parse your search query: {text}"),
        )
    };
    let (field, value) = text.trim().split_once(':').ok_or_else(bad)?;
    let unquoted = value.trim_matches(['\'', '"']);
    let field = match field.strip_prefix("metadata[").and_then(|rest| rest.strip_suffix(']')) {
        Some(key) => format!("metadata.{}", key.trim_matches(['\'', '"'])),
        None => field.to_owned(),
    };
    Ok((field, unquoted.to_owned()))
}

fn field_is(object: &Object, field: &str, value: &str) -> bool {
    match field.strip_prefix("metadata.") {
        Some(key) => object
            .object("metadata")
            .is_some_and(|metadata| metadata.text(key) == value),
        None => match object.get(field) {
            Some(Value::Number(number)) => number.to_string() == value,
            Some(Value::String(text)) => text == value,
            _ => false,
        },
    }
}
