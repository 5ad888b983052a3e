//! Every document that ships passes the limits that ship.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::{judge, table};
use crate::support::{Documents, shared};

/// What GraphiQL, Apollo, Relay and code generators ask first.
const INTROSPECTION: &str = include_str!("introspection.graphql");

/// Files below `folder` whose names end with `ending`.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() && !["node_modules", "dist"].contains(&name) {
            found.extend(files(&path, ending));
        } else if name.ends_with(ending) {
            found.push(path);
        }
    }
    found
}

/// The blocks of `text` that are marked as GraphQL.
fn blocks(text: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim_start().starts_with("```graphql") {
            let block = lines.by_ref().take_while(|line| !line.trim_start().starts_with("```"));
            blocks.push(block.collect::<Vec<_>>().join("\n"));
        }
    }
    blocks
}

/// Whether `text` is something to send: schemas are written in GraphQL too.
fn is_executable(text: &str) -> bool {
    let word = |line: &str| {
        line.split(|c: char| !c.is_alphanumeric())
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let first = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with('#'));
    first.is_some_and(|line| {
        line.starts_with('{') || ["query", "mutation", "subscription", "fragment"].contains(&word(line).as_str())
    })
}

/// Documents by where they stand.
fn shipped() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &Path| std::fs::read_to_string(path).expect("a text");
    let mut found = vec![("the introspection query".to_owned(), INTROSPECTION.to_owned())];
    for path in files(&root.join("docs"), ".md")
        .into_iter()
        .chain([root.join("README.md")])
    {
        let blocks = blocks(&read(&path));
        found.extend(blocks.into_iter().map(|block| (path.display().to_string(), block)));
    }
    for folder in ["graphiql/src", "storefront", "tests/clients"] {
        for path in files(&root.join(folder), ".graphql") {
            found.push((path.display().to_string(), read(&path)));
        }
    }
    if let Some(folder) = shared("contract") {
        let text: String = files(&folder, ".graphql").iter().map(|path| read(path)).collect();
        let documents = Documents::read(&text);
        for name in documents.operations() {
            let document = documents.get(name).expect("a document");
            found.push((format!("contract {name}"), document));
        }
    }
    found.retain(|(_, text)| is_executable(text));
    found
}

#[test]
fn every_document_that_ships_is_within_the_limits() {
    let table = table();
    let mut refused = Vec::new();
    for (place, text) in shipped() {
        // Fragments alone are sent with whoever spreads them.
        let text = if text.trim_start().starts_with("fragment") {
            format!("{{ __typename }} {text}")
        } else {
            text
        };
        match judge(&text, None, &json!({}), &table) {
            Ok(cost) => println!("{place}: {cost:?}"),
            Err(refusal) => refused.push(format!("{place}: {refusal:?}")),
        }
    }
    assert!(refused.is_empty(), "{refused:#?}");
}
