//! What each part of a document costs.

use merx::http::cost::{CostTable, Refusal};
use serde_json::{Value, json};

use super::judge;

const SDL: &str = "
    type Query {
        item(id: ID!): Item
        items(first: Int, last: Int): ItemConnection!
        nodes(ids: [ID!]!): [Item]!
        best(limit: Int = 3): [Item!]!
        search(query: String!, first: Int = 7): ItemConnection!
    }
    type Mutation { itemCreate(name: String!): Item }
    type Subscription { time: Int! item: Item }
    interface Node { id: ID! }
    type Item implements Node { id: ID! name: String! parts: [Item!]! tags: [String!]! like(first: Int): ItemConnection! }
    type ItemConnection { nodes: [Item!]! edges: [ItemEdge!]! pageInfo: PageInfo! totalCount: Int! }
    type ItemEdge { cursor: String! node: Item! }
    type PageInfo { hasNextPage: Boolean! }
    schema { query: Query mutation: Mutation subscription: Subscription }
";

fn table() -> CostTable {
    CostTable::from_sdl(SDL).expect("a schema")
}

fn points(document: &str, variables: &Value) -> u64 {
    match judge(document, None, variables, &table()) {
        Ok(cost) => cost.requested,
        Err(refusal) => panic!("{document}: {refusal}"),
    }
}

fn refused(document: &str) -> String {
    match judge(document, None, &json!({}), &table()) {
        Ok(cost) => panic!("{document} costs {cost:?}"),
        Err(refusal) => refusal.to_string(),
    }
}

#[test]
fn a_field_is_a_point_and_its_own_name_is_free() {
    assert_eq!(
        points("{ item(id: 1) { __typename id name } __typename }", &json!({})),
        3
    );
    assert_eq!(points("{ item(id: 1) { tags } nothing { at { all } } }", &json!({})), 5);
}

#[test]
fn a_page_multiplies_its_rows_and_nothing_else() {
    for (document, expected) in [
        ("{ items { nodes { id } } }", 1 + 1 + 20),
        (
            "{ items(first: 3) { nodes { id name } totalCount pageInfo { hasNextPage } } }",
            1 + 1 + 6 + 1 + 2,
        ),
        ("{ items(first: 3) { edges { cursor node { id } } } }", 1 + 1 + 3 * 3),
        ("{ items(last: 4) { nodes { id } } }", 1 + 1 + 4),
        ("{ items(first: 3, last: 4) { nodes { id } } }", 1 + 1 + 4),
        ("{ items(first: 0) { nodes { id } } }", 1 + 1 + 1),
        ("{ items(first: -5) { nodes { id } } }", 1 + 1 + 20),
        ("{ items(first: 2147483647) { nodes { id } } }", 1 + 1 + 250),
        (
            "{ items(first: 2) { nodes { like(first: 10) { nodes { id } } } } }",
            1 + 1 + 2 * (1 + 1 + 10),
        ),
        (
            "{ items(first: 3) { ...C } } fragment C on ItemConnection { ... on ItemConnection { nodes { id } } }",
            5,
        ),
        ("{ search(query: \"x\") { nodes { id } } }", 10 + 1 + 7),
    ] {
        assert_eq!(points(document, &json!({})), expected, "{document}");
    }
}

#[test]
fn a_list_is_as_long_as_its_arguments_say_or_short() {
    for (document, expected) in [
        ("{ item(id: 1) { parts { id } } }", 1 + 1 + 5),
        ("{ nodes(ids: [1, 2, 3]) { id } }", 1 + 3),
        ("{ nodes(ids: 1) { id } }", 1 + 1),
        ("{ best { id } }", 1 + 3),
        ("{ best(limit: 8) { id } }", 1 + 8),
    ] {
        assert_eq!(points(document, &json!({})), expected, "{document}");
    }
}

#[test]
fn variables_count_with_their_values_and_defaults() {
    let document = "query($n: Int = 30) { items(first: $n) { nodes { id } } }";
    assert_eq!(points(document, &json!({})), 1 + 1 + 30);
    assert_eq!(points(document, &json!({ "n": 4 })), 1 + 1 + 4);
    assert_eq!(points(document, &json!({ "n": null })), 1 + 1 + 20);
    let document = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    assert_eq!(points(document, &json!({ "ids": ["a", "b"] })), 1 + 2);
    assert_eq!(
        points("mutation { itemCreate(name: \"x\") { id } }", &json!({})),
        10 + 1
    );
}

#[test]
fn the_operation_that_runs_is_the_one_that_costs() {
    let document = "query A { item(id: 1) { id } } query B { items { nodes { id } } }";
    let cost = |name| {
        judge(document, name, &json!({}), &table())
            .expect("it is cheap")
            .requested
    };
    assert_eq!(cost(Some("A")), 2);
    assert_eq!(cost(Some("B")), 22);
}

#[test]
fn counts_are_those_of_the_expanded_document() {
    let document =
        "{ a: item(id: 1) { ...F } b: item(id: 2) { ...F } } fragment F on Item { x: id ... on Node { id } }";
    let cost = judge(document, None, &json!({}), &table()).expect("it is cheap");
    assert_eq!((cost.aliases, cost.depth, cost.selections), (4, 2, 10));
}

#[test]
fn a_refusal_names_the_limit_and_what_was_found() {
    let aliases: String = (0..31).map(|i| format!("a{i}: id ")).collect();
    let mutations = "itemCreate(name: \"x\") { id } ".repeat(3);
    for (document, message) in [
        (
            format!("{{ item(id: 1) {{ {aliases} }} }}"),
            "the document has 31 aliases, at most 30 are allowed",
        ),
        (
            format!("mutation {{ ...M ...M }} fragment M on Mutation {{ {mutations} }}"),
            "the document has 6 root mutations, at most 5 are allowed",
        ),
        (
            "subscription { a: time time }".to_owned(),
            "the document has 2 root fields of a subscription, at most 1 are allowed",
        ),
        (
            "{ items(first: 250) { nodes { like(first: 250) { nodes { id } } } } }".to_owned(),
            "the document has 63002 points, at most 20000 are allowed",
        ),
        (
            "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }".to_owned(),
            "spreads itself",
        ),
        ("{ item(id: \"a\\u0000b\") { id } }".to_owned(), "U+0000"),
        ("{ item(id: \"a\\u{0}b\") { id } }".to_owned(), "U+0000"),
        ("{ item(id: \"\"\"a\u{0}b\"\"\") { id } }".to_owned(), "U+0000"),
        (
            "{ é\nü item(id: \"\"\"x) }".to_owned(),
            "syntax error at 2:12: the text is not closed",
        ),
        ("{ item( }".to_owned(), "syntax error at 1:9: expected"),
        (
            "query($a: [Nope] = [1]) { item(id: 1) { id } }".to_owned(),
            "unknown type \"Nope\"",
        ),
    ] {
        let said = refused(&document);
        assert!(said.contains(message), "{document}: {said}");
    }
    let escaped = "{ item(id: \"a\\\\u0000b\") { id } }";
    assert!(
        judge(escaped, None, &json!({}), &table()).is_ok(),
        "a backslash and zeros are no U+0000"
    );
}

#[test]
fn what_nobody_runs_is_bounded_too() {
    // Validation visits operations that are not selected, and fragments that nobody spreads.
    let doubling: String = (0..25)
        .map(|i| format!("fragment F{i} on Query {{ ...F{0} ...F{0} }} ", i + 1))
        .collect();
    let doubling = doubling + "fragment F25 on Query { __typename }";
    let unused = format!("{{ __typename }} {doubling}");
    assert!(refused(&unused).contains("steps of validation"), "{}", refused(&unused));
    let other = format!("query A {{ __typename }} query B {{ ...F0 }} {doubling}");
    let refusal = judge(&other, Some("A"), &json!({}), &table());
    assert!(
        matches!(refusal, Err(Refusal::TooMuch { what: "selections", .. })),
        "{refusal:?}"
    );
}
