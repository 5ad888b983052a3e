//! What each part of a document costs.

use merx::http::cost::{CostTable, Quantity, Refusal};
use serde_json::{Value, json};

use super::{Refused, judge};

const SDL: &str = "
    type Query {
        item(id: ID!): Item
        items(first: Int, last: Int): ItemConnection!
        nodes(ids: [ID!]!): [Item]!
        best(limit: Int = 3): [Item!]!
        search(query: String!, first: Int = 7): ItemConnection!
    }
    type Mutation { itemCreate(name: String!): Item }
    interface Node { id: ID! }
    type Item implements Node { id: ID! name: String! parts: [Item!]! tags: [String!]! like(first: Int): ItemConnection! }
    type ItemConnection { nodes: [Item!]! edges: [ItemEdge!]! pageInfo: PageInfo! totalCount: Int! }
    type ItemEdge { cursor: String! node: Item! }
    type PageInfo { hasNextPage: Boolean! }
    schema { query: Query mutation: Mutation }
";

fn table() -> CostTable {
    CostTable::from_sdl(SDL).expect("a schema")
}

fn points(document: &str, variables: &Value) -> u64 {
    match judge(document, None, variables, &table()) {
        Ok(cost) => cost.requested,
        Err(refused) => panic!("{document}: {refused:?}"),
    }
}

fn refused(document: &str) -> Refused {
    match judge(document, None, &json!({}), &table()) {
        Ok(cost) => panic!("{document} costs {cost:?}"),
        Err(refused) => refused,
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
fn a_limit_holds_to_the_last_one() {
    let within = |text: &str| judge(text, None, &json!({}), &table()).map(|_| ());
    let repeat = |open: &str, part: &str, times: usize, close: &str| format!("{open}{}{close}", part.repeat(times));
    for (quantity, most, open, part, close) in [
        (Quantity::Tokens, 3_995, "{ ... {", "id,", "} } "),
        (Quantity::Nesting, 62, "{ a(b: ", "[", ""),
        (Quantity::Name, 128, "{ item(id: ", "x", ") { id } }"),
        (Quantity::Directives, 60, "{ __typename ", "@x ", "}"),
        (Quantity::Aliases, 30, "{ item(id: 1) {", "a: id ", "} }"),
        (Quantity::UnknownFields, 25, "{", "id ", "}"),
        (Quantity::Arguments, 32, "{ item(", "id: 1 ", ") { id } }"),
        (Quantity::Variables, 64, "query(", "$a: ID ", ") { __typename }"),
        (
            Quantity::Spreads,
            250,
            "{",
            "...F ",
            "} fragment F on Query { __typename }",
        ),
        (
            Quantity::RootMutations,
            5,
            "mutation {",
            "itemCreate(name: \"\") { id } ",
            "}",
        ),
    ] {
        let (least, too_many) = (repeat(open, part, most, close), repeat(open, part, most + 1, close));
        let over = within(&too_many).expect_err("too much");
        assert!(over.by(quantity), "{quantity:?}: {over:?}");
        let at = within(&least);
        assert!(
            at.is_ok() || at.as_ref().is_err_and(|at| !at.by(quantity)),
            "{quantity:?}: {at:?}"
        );
    }
}

#[test]
fn a_refusal_says_what_was_found() {
    let too_much = |quantity, found, most| Refusal::TooMuch { quantity, found, most };
    let aliases: String = (0..31).map(|i| format!("a{i}: id ")).collect();
    let mutations = "itemCreate(name: \"x\") { id } ".repeat(3);
    for (document, expected) in [
        (
            format!("{{ item(id: 1) {{ {aliases} }} }}"),
            too_much(Quantity::Aliases, 31, 30),
        ),
        (
            format!("mutation {{ ...M ...M }} fragment M on Mutation {{ {mutations} }}"),
            too_much(Quantity::RootMutations, 6, 5),
        ),
        (
            "{ items(first: 250) { nodes { like(first: 250) { nodes { id } } } } }".to_owned(),
            too_much(Quantity::Points, 1 + 1 + 250 * (1 + 1 + 250), 20_000),
        ),
        (
            "{ ...A } fragment A on Query { ...A }".to_owned(),
            Refusal::Cycle("A".to_owned()),
        ),
        ("{ item(id: \"a\\u0000b\") { id } }".to_owned(), Refusal::Nul),
        ("{ item(id: \"a\\u{00}b\") { id } }".to_owned(), Refusal::Nul),
        ("{ item(id: \"\"\"a\u{0}b\"\"\") { id } }".to_owned(), Refusal::Nul),
        ("{ a # \u{0}\n }".to_owned(), Refusal::Nul),
        (
            "{ é\nü item(id: \"\"\"x) }".to_owned(),
            Refusal::OpenText { line: 2, column: 12 },
        ),
        (
            "{ item(id: \"x\n\") }".to_owned(),
            Refusal::OpenText { line: 1, column: 12 },
        ),
        (
            "query($a: [Nope] = [1]) { item(id: 1) { id } }".to_owned(),
            Refusal::UnknownType("Nope".to_owned()),
        ),
    ] {
        assert_eq!(refused(&document), Refused::Guard(expected), "{document}");
    }
    let escaped = "{ item(id: \"a\\\\u0000b\") { id } }";
    assert!(
        judge(escaped, None, &json!({}), &table()).is_ok(),
        "a backslash and zeros are no U+0000"
    );
    let block = "{ item(id: \"\"\"a\\u0000 \\\"\"\" b\"\"\") { id } }";
    assert!(
        judge(block, None, &json!({}), &table()).is_ok(),
        "in a block text a backslash is one"
    );
}

#[test]
fn what_nobody_runs_is_bounded_too() {
    // Validation visits operations that are not selected, and fragments that nobody spreads.
    let doubling: String = (0..25)
        .map(|i| format!("fragment F{i} on Query {{ ...F{0} ...F{0} }} ", i + 1))
        .collect();
    let doubling = doubling + "fragment F25 on Query { __typename }";
    let unused = refused(&format!("{{ __typename }} {doubling}"));
    assert!(unused.by(Quantity::Work), "{unused:?}");
    let other = format!("query A {{ __typename }} query B {{ ...F0 }} {doubling}");
    let other = judge(&other, Some("A"), &json!({}), &table()).expect_err("refused");
    assert!(other.by(Quantity::Selections), "{other:?}");
}
