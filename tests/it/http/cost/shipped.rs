//! Every document that ships passes the limits that ship.

use std::path::{Path, PathBuf};

use merx::http::cost::Limits;
use serde_json::{Value, json};

use super::{Refused, judge, table};
use crate::support::{Documents, shared};

/// Where documents come from, and how many there are at least: a search that finds nothing must not pass.
const SOURCES: [(&str, usize); 4] = [
    ("README.md", 7),
    ("docs/", 1),
    ("graphiql/src/tabs/", 13),
    ("tests/clients/documents/", 3),
];
/// The same of the contract, where it is there.
const CONTRACT: (&str, usize) = ("contract ", 20);

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

/// A document that ships, with variables that come with it.
struct Shipped {
    place: String,
    text: String,
    variables: Value,
}

fn shipped() -> Vec<Shipped> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &Path| std::fs::read_to_string(path).expect("a text");
    let place = |path: &Path| path.strip_prefix(root).expect("it is below").display().to_string();
    let mut found = Vec::new();
    let mut add = |place: String, text: String, variables| {
        if is_executable(&text) {
            found.push(Shipped { place, text, variables });
        }
    };
    add(
        "the introspection query".to_owned(),
        INTROSPECTION.to_owned(),
        json!({}),
    );
    for path in files(&root.join("docs"), ".md")
        .into_iter()
        .chain([root.join("README.md")])
    {
        for block in blocks(&read(&path)) {
            add(place(&path), block, json!({}));
        }
    }
    for folder in ["graphiql/src", "storefront", "tests/clients/documents"] {
        for path in files(&root.join(folder), ".graphql") {
            let beside = std::fs::read_to_string(path.with_extension("json")).unwrap_or_default();
            let variables = serde_json::from_str(&beside).unwrap_or_else(|_| json!({}));
            add(place(&path), read(&path), variables);
        }
    }
    if let Some(folder) = shared("contract") {
        let text: String = files(&folder, ".graphql").iter().map(|path| read(path)).collect();
        let documents = Documents::read(&text);
        for name in documents.operations() {
            add(
                format!("contract {name}"),
                documents.get(name).expect("a document"),
                json!({}),
            );
        }
    }
    found
}

#[test]
fn every_document_that_ships_is_within_the_limits() {
    let table = table();
    let (mut refused, mut dearest) = (Vec::new(), 0);
    let documents = shipped();
    let contract = shared(CONTRACT.0.trim()).map(|_| CONTRACT);
    for (source, least) in SOURCES.into_iter().chain(contract) {
        let found = documents.iter().filter(|shipped| shipped.place.starts_with(source));
        assert!(found.count() >= least, "fewer than {least} documents in {source}");
    }
    for Shipped { place, text, variables } in documents {
        let verdict = match judge(&text, None, &variables, &table) {
            // Fragments alone are sent with whoever spreads them.
            Err(Refused::Parser(reason)) if reason.contains("not contain an operation") => {
                judge(&format!("{{ __typename }} {text}"), None, &variables, &table)
            }
            verdict => verdict,
        };
        match verdict {
            Ok(cost) => {
                println!("{place}: {cost:?}");
                dearest = dearest.max(cost.requested);
            }
            Err(reason) => refused.push(format!("{place}: {reason:?}")),
        }
    }
    assert!(refused.is_empty(), "{refused:#?}");
    let most = Limits::default().points;
    assert!(
        dearest > 0 && dearest * 2 <= most,
        "{dearest} of {most} points: too near for a longer page"
    );
}

#[test]
fn the_page_of_limits_tells_them() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/limits.md")).expect("the page");
    let limits = Limits::default();
    let bytes = format!("bytes | {} KiB", limits.bytes >> 10);
    let rows = [
        ("tokens: words, numbers, texts, signs", limits.tokens),
        ("brackets inside each other", limits.nesting),
        ("bytes of a name", limits.name),
        ("directives", limits.directives),
        ("operations", limits.operations),
        ("fragments", limits.fragments),
        ("fields that do not exist", limits.unknown_fields),
        ("steps of validation", limits.work),
        ("points", limits.points),
        ("fields inside each other", limits.depth),
        ("selection sets inside each other", limits.levels),
        ("selections", limits.selections),
        ("fragment spreads", limits.spreads),
        ("aliases", limits.aliases),
        ("variables", limits.variables),
        ("arguments of a field", limits.arguments),
        (
            "values in arguments, those of variables each time they are used",
            limits.values,
        ),
        ("mutations at the root", limits.root_mutations),
        ("introspection: fields inside each other", limits.introspection_depth),
        (
            "introspection: fields for each type of the schema",
            limits.introspection,
        ),
    ];
    let plain = page.replace(',', "");
    let rows = rows.map(|(what, most)| format!("{} | {most}", what.replace(',', "")));
    for row in rows.into_iter().chain([bytes]) {
        assert!(plain.contains(&format!("| {row} |\n")), "docs/limits.md lacks: {row}");
    }
    let example = "{ products(first: 10) { nodes { id name } totalCount } }";
    assert!(page.contains(&format!("`{example}`")));
    let cost = judge(example, None, &json!({}), &table()).expect("it is cheap");
    assert!(page.contains(&format!(": {} points", cost.requested)), "{cost:?}");
}
