//! What is checked in and must not drift from the code: the schema, the example of the configuration, the list of jobs,
//! and the documents that clients are promised.

use std::path::Path;

use async_graphql::Positioned;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{InputValueDefinition, TypeKind, TypeSystemDefinition};
use axum::http::{HeaderMap, HeaderValue, header};
use merx::app::Builder;
use merx::http::Endpoint;
use serde_json::json;

use crate::support::{Documents, OWNER_KEY, PROMISED, Shop, config};

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    let path = repository().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Every test that docs/security.md names is there: a module, or a function in it.
#[test]
fn every_test_of_the_page_on_security_is_there() {
    let page = read("docs/security.md");
    let names: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("| ") && line.ends_with(" |"))
        .filter_map(|line| line.trim_end_matches(" |").rsplit(" | ").next())
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .filter(|name| name.contains("::"))
        .collect();
    assert!(names.len() > 30, "{names:?}");
    for name in names {
        let path = name.replace("::", "/");
        let is_module = |path: &str| {
            ["", "/mod"]
                .iter()
                .any(|end| repository().join(format!("tests/it/{path}{end}.rs")).is_file())
        };
        let (folder, function) = path.rsplit_once('/').expect("a module and a name");
        let is_function = || {
            is_module(folder) && {
                let file = format!("tests/it/{folder}.rs");
                let file = if repository().join(&file).is_file() {
                    file
                } else {
                    format!("tests/it/{folder}/mod.rs")
                };
                read(&file).contains(&format!("fn {function}("))
            }
        };
        assert!(is_module(&path) || is_function(), "docs/security.md names {name}");
    }
}

/// The first line in which `left` and `right` differ.
fn first_difference(left: &str, right: &str) -> Option<String> {
    let mut pairs = left.lines().zip(right.lines()).enumerate();
    let differing = pairs.find(|(_, (l, r))| l != r);
    match differing {
        Some((i, (l, r))) => Some(format!("line {}: {l:?} against {r:?}", i + 1)),
        None => (left != right).then(|| format!("{} lines against {}", left.lines().count(), right.lines().count())),
    }
}

#[test]
fn schema_graphql_is_the_schema() {
    let difference = first_difference(&read("schema.graphql"), &merx::http::sdl());
    assert!(
        difference.is_none(),
        "schema.graphql is old, run `just schema`: {difference:?}"
    );
}

#[test]
fn the_page_of_permissions_is_what_the_schema_says() {
    let difference = first_difference(&read("docs/permissions.md"), &merx::http::permissions());
    assert!(
        difference.is_none(),
        "docs/permissions.md is old, run `just schema`: {difference:?}"
    );
}

#[test]
fn env_example_is_the_configuration() {
    let difference = first_difference(&read(".env.example"), &merx::config::env_example());
    assert!(
        difference.is_none(),
        ".env.example is old, run `just schema`: {difference:?}"
    );
}

#[test]
fn every_variable_stands_in_the_documentation() {
    let documented = read("docs/configuration.md");
    let example = merx::config::env_example();
    let names = example
        .lines()
        .filter_map(|line| line.strip_prefix('#')?.split_once('='));
    let names: Vec<&str> = names.map(|(name, _)| name).filter(|n| !n.contains(' ')).collect();
    assert!(
        names.contains(&"DATABASE_URL") && names.contains(&"MERX_LISTEN"),
        "{names:?}"
    );
    let missing: Vec<_> = names
        .iter()
        .filter(|name| !documented.contains(&format!("`{name}`")))
        .collect();
    assert!(missing.is_empty(), "docs/configuration.md lacks {missing:?}");
}

/// The places of `sdl` that have no description.
fn undescribed(sdl: &str) -> Vec<String> {
    let document = parse_schema(sdl).expect("the schema parses");
    let mut bare = Vec::new();
    let mut see = |place: String, description: Option<&Positioned<String>>| {
        if description.is_none_or(|d| d.node.trim().is_empty()) {
            bare.push(place);
        }
    };
    fn inputs(
        see: &mut impl FnMut(String, Option<&Positioned<String>>),
        place: &str,
        inputs: &[Positioned<InputValueDefinition>],
    ) {
        for input in inputs {
            see(format!("{place}.{}", input.node.name), input.node.description.as_ref());
        }
    }
    for definition in &document.definitions {
        let TypeSystemDefinition::Type(ty) = definition else {
            continue;
        };
        let name = ty.node.name.node.as_str();
        see(name.to_owned(), ty.node.description.as_ref());
        match &ty.node.kind {
            TypeKind::Object(_) | TypeKind::Interface(_) => {
                let fields = match &ty.node.kind {
                    TypeKind::Object(object) => &object.fields,
                    TypeKind::Interface(interface) => &interface.fields,
                    _ => continue,
                };
                for field in fields {
                    let place = format!("{name}.{}", field.node.name);
                    inputs(&mut see, &place, &field.node.arguments);
                    see(place, field.node.description.as_ref());
                }
            }
            TypeKind::Enum(enumeration) => {
                for value in &enumeration.values {
                    see(format!("{name}.{}", value.node.value), value.node.description.as_ref());
                }
            }
            TypeKind::InputObject(object) => inputs(&mut see, name, &object.fields),
            TypeKind::Scalar | TypeKind::Union(_) => {}
        }
    }
    bare
}

#[test]
fn everything_in_the_schema_is_described() {
    let seen = undescribed(
        "\"A.\" type A { \"Field.\" b(c: Int): D e: Int } enum D { \"One.\" F G } \"Input.\" input H { i: Int } scalar J",
    );
    assert_eq!(seen, ["A.b.c", "A.e", "D", "D.G", "H.i", "J"]);
    let bare = undescribed(&merx::http::sdl());
    assert!(bare.is_empty(), "without a description: {bare:#?}");
}

/// Asks the real validation, with the limits that are shipped. All operations of a document are validated, and only the
/// named one runs.
async fn complaints(endpoint: &Endpoint, headers: &HeaderMap, document: &str) -> Vec<String> {
    let document = format!("{document}\nquery OnlyValidated {{ __typename }}");
    let operation = Some("OnlyValidated".to_owned());
    let response = endpoint.execute(headers, &document, operation, json!({})).await;
    if response.errors.is_empty() {
        let nothing = async_graphql::value!({ "__typename": "Query" });
        assert_eq!(response.data, nothing, "another operation ran: {document}");
    }
    response.errors.into_iter().map(|e| e.message).collect()
}

fn bearer(token: &str) -> HeaderMap {
    let value = HeaderValue::from_str(&format!("Bearer {token}")).expect("a plain header");
    HeaderMap::from_iter([(header::AUTHORIZATION, value)])
}

#[tokio::test]
async fn the_contract_validates() {
    let Some(documents) = Documents::of_the_contract() else {
        return;
    };
    let shop = Shop::demo().await;
    let endpoint = Endpoint::new(shop.app.clone()).expect("a schema");
    let staff = bearer(OWNER_KEY);
    let mut broken = Vec::new();
    for name in PROMISED {
        match documents.get(name) {
            Some(document) => {
                let found = complaints(&endpoint, &staff, &document).await;
                broken.extend(found.iter().map(|message| format!("{name}: {message}")));
            }
            None => broken.push(format!("{name}: not in the contract")),
        }
    }
    // The check can fail.
    let wrong = complaints(&endpoint, &staff, "query Wrong { noSuchField }").await;
    assert_eq!(wrong.len(), 1, "a document with an unknown field was accepted");
    let broken = broken.join("\n");
    assert!(
        broken.is_empty(),
        "documents of the contract that do not validate:\n{broken}"
    );
}

#[tokio::test]
async fn the_documents_of_the_readme_validate() {
    let readme = read("README.md");
    let blocks = readme.split("```graphql\n").skip(1);
    let documents: Vec<&str> = blocks.map(|b| b.split("```").next().unwrap_or_default()).collect();
    assert!(documents.len() >= 7, "the documents are not found");
    let shop = Shop::demo().await;
    let endpoint = Endpoint::new(shop.app.clone()).expect("a schema");
    for document in documents {
        let found = complaints(&endpoint, &bearer(OWNER_KEY), document).await;
        assert!(found.is_empty(), "{document}\n{found:?}");
    }
}

#[tokio::test]
async fn every_job_stands_in_the_documentation() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let app = Builder::new(config(data.path(), None))
        .build()
        .await
        .expect("the application opens");
    let page = read("docs/jobs.md");
    let rows = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let mut documented: Vec<&str> = rows.map(|(kind, _)| kind).collect();
    documented.sort_unstable();
    assert_eq!(app.jobs.kinds(), documented, "left the code, right docs/jobs.md");
}
