//! Who may import whom.

use std::collections::BTreeSet;

use super::source::Source;
use super::{FRAME, Rule, enforce, is_satellite, orbit_of, refuse_paths, refuse_words, row_of};

#[test]
fn every_folder_of_src_has_its_place() {
    let rule: Rule = |sources| {
        let known = |m: &str| row_of(m).is_some() || is_satellite(m) || FRAME.contains(&m);
        let strangers = sources.iter().filter(|s| !known(s.top()));
        strangers
            .map(|s| format!("{}:1: {} is in no row of the architecture", s.path, s.top()))
            .collect()
    };
    enforce("each module has a row", rule, &["src"], &[("src/stuff/mod.rs", "")]);
}

#[test]
fn r1_platform_imports_no_domain() {
    let rule: Rule = |sources| {
        refuse_paths(
            sources,
            |s| s.top() == "platform",
            |_, named| named.parts[0] != "platform",
        )
    };
    let bad = [
        ("src/platform/x.rs", "use crate::catalog::Product;"),
        ("src/platform/db/x.rs", "fn f(a: &crate::app::App) {}"),
        ("src/platform/db/mod.rs", "use super::super::cart::Cart;"),
    ];
    enforce("R1: platform imports platform alone", rule, &["src"], &bad);
}

#[test]
fn r2_a_core_domain_imports_earlier_rows_only() {
    let rule: Rule = |sources| {
        refuse_paths(
            sources,
            |s| row_of(s.top()).is_some() && !s.is_graphql(),
            |source, named| match named.parts[0].as_str() {
                own if own == source.top() => false,
                "platform" | "app" | "config" => false,
                other => row_of(other).is_none_or(|row| Some(row) >= row_of(source.top())) && !is_satellite(other),
            },
        )
    };
    let bad = [
        ("src/catalog/x.rs", "use crate::{platform::db, cart::{Cart, Line}};"),
        ("src/tax/x.rs", "use crate::payment::Gateways;"),
        ("src/cart/x.rs", "fn f() { crate::order::place() }"),
        ("src/cart/y.rs", "use crate::http::router;"),
    ];
    enforce(
        "R2: a core domain imports platform, entity and earlier rows",
        rule,
        &["src"],
        &bad,
    );
}

#[test]
fn r3_no_core_domain_imports_a_satellite() {
    let rule: Rule = |sources| {
        refuse_paths(
            sources,
            |s| !s.is_graphql() && (row_of(s.top()).is_some() || is_satellite(s.top())),
            |source, named| {
                let other = named.parts[0].as_str();
                let frame = FRAME.contains(&other) && !matches!(other, "platform" | "app" | "config");
                // None, which is less than any place: a core domain.
                let above = is_satellite(other) && orbit_of(other) > orbit_of(source.top());
                other != source.top() && (above || (is_satellite(source.top()) && frame))
            },
        )
    };
    let bad = [
        ("src/catalog/x.rs", "use crate::search::Engine;"),
        ("src/search/x.rs", "use crate::webhook::send;"),
        ("src/search/z.rs", "use crate::recommendation::train;"),
        ("src/search/y.rs", "use crate::http::router;"),
    ];
    enforce(
        "R3: satellites are reached by events and by GraphQL",
        rule,
        &["src"],
        &bad,
    );
}

#[test]
fn r4_async_graphql_stays_in_graphql_files() {
    let rule: Rule = |sources| refuse_words(sources, &["async_graphql"], |s, _| !s.is_graphql());
    let bad = [
        ("src/cart/lines.rs", "use async_graphql::Object;"),
        ("src/app.rs", "type S = async_graphql::Value;"),
    ];
    enforce("R4: async_graphql belongs into graphql files", rule, &["src"], &bad);
}

/// The names that each domain's `mod.rs` takes from its `graphql` module.
fn graphql_faces(sources: &[Source]) -> BTreeSet<(String, String)> {
    let mut faces = BTreeSet::new();
    for source in sources
        .iter()
        .filter(|s| s.path.ends_with("/mod.rs") && !s.is_graphql() && s.top() != "http")
    {
        for (at, _) in source.code.match_indices("pub use graphql::") {
            let list = source.code[at..].split(';').next().unwrap_or_default();
            let names = list
                .trim_start_matches("pub use graphql::")
                .split(|c: char| !c.is_alphanumeric() && c != '_');
            faces.extend(
                names
                    .filter(|n| !n.is_empty())
                    .map(|n| (source.top().to_owned(), n.to_owned())),
            );
        }
    }
    faces
}

#[test]
fn r4_only_the_edge_imports_graphql_modules() {
    let rule: Rule = |sources| {
        let faces = graphql_faces(sources);
        refuse_paths(
            sources,
            |s| !s.is_graphql() && s.top() != "http",
            |_, named| {
                let face = |m: &String, n: &String| faces.contains(&(m.clone(), n.clone()));
                match named.parts.as_slice() {
                    [first, ..] if first == "graphql" => true,
                    [_, second, ..] if second == "graphql" => true,
                    [module, name, ..] => face(module, name),
                    _ => false,
                }
            },
        )
    };
    let bad = [
        ("src/cart/lines.rs", "use crate::graphql::error::UserError;"),
        ("src/cart/create_cart.rs", "use super::graphql::CartObject;"),
        (
            "src/order/mod.rs",
            "pub use graphql::{OrderObject}; fn f(_: crate::order::OrderObject) {}",
        ),
    ];
    enforce("R4: rules know nothing of the GraphQL above them", rule, &["src"], &bad);
}

#[test]
fn r5_graphql_files_know_no_tables() {
    let rule: Rule = |sources| {
        refuse_words(sources, &["sea_orm", "sqlx", "Entity", "EntityTrait"], |s, word| {
            // Federation calls an object of the schema an entity.
            s.is_graphql() && !(s.path == "src/graphql/federation.rs" && word == "Entity")
        })
    };
    let bad = [
        ("src/cart/graphql.rs", "use sea_orm::EntityTrait;"),
        ("src/catalog/graphql/query.rs", "let all = product::Entity::find();"),
    ];
    enforce("R5: graphql files contain no SQL", rule, &["src"], &bad);
}

#[test]
fn r5_errors_are_made_in_one_place() {
    let rule: Rule = |sources| {
        let mut found = Vec::new();
        for source in sources
            .iter()
            .filter(|s| s.is_graphql() && s.path != "src/graphql/boundary.rs")
        {
            for bypass in [
                " Error::new(",
                "(Error::new(",
                "graphql::Error::new(",
                "ServerError::new(",
                ".extend_with(",
            ] {
                let lines = source.lines_with(bypass);
                found.extend(
                    lines
                        .iter()
                        .map(|line| format!("{}:{line}: {}", source.path, bypass.trim())),
                );
            }
        }
        found
    };
    let bad = [
        ("src/cart/graphql.rs", "return Err(async_graphql::Error::new(text));"),
        ("src/cart/graphql/query.rs", "Err(Error::new(text))"),
        ("src/cart/graphql/types.rs", "error.extend_with(f)"),
    ];
    enforce(
        "R5: messages pass the boundary of graphql/boundary.rs",
        rule,
        &["src"],
        &bad,
    );
}
