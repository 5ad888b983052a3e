//! The conventions of the API, read from the schema.

use std::collections::BTreeSet;

use serde_json::json;

use crate::schema::{fields, ids, list, names, text, types, written};
use crate::support::Shop;

#[tokio::test]
async fn every_connection_is_a_relay_connection() {
    let types = types(&Shop::demo().await.staff()).await;
    let connections = types
        .iter()
        .filter_map(|(name, ty)| Some((name.strip_suffix("Connection")?, fields(ty))));
    let mut seen = 0;
    for (name, connection) in connections {
        seen += 1;
        assert_eq!(
            connection.get("edges"),
            Some(&format!("[{name}Edge!]!")),
            "{name}Connection"
        );
        assert_eq!(
            connection.get("pageInfo").map(String::as_str),
            Some("PageInfo!"),
            "{name}Connection"
        );
        assert_eq!(
            connection.get("totalCount").map(String::as_str),
            Some("Int!"),
            "{name}Connection"
        );
        let edge = fields(&types[&format!("{name}Edge")]);
        assert_eq!(edge.get("cursor").map(String::as_str), Some("String!"), "{name}Edge");
        let node = edge.get("node").unwrap_or_else(|| panic!("{name}Edge has no node"));
        assert_eq!(connection.get("nodes"), Some(&format!("[{node}]!")), "{name}Connection");
    }
    assert!(seen >= 6, "{seen} connections");
    assert_eq!(
        fields(&types["PageInfo"]).into_values().collect::<BTreeSet<_>>(),
        BTreeSet::from(["Boolean!".to_owned(), "String".to_owned()])
    );
}

#[tokio::test]
async fn every_mutation_takes_one_input_and_answers_with_errors_and_warnings() {
    let types = types(&Shop::demo().await.staff()).await;
    let mutations = list(&types["Mutation"]["fields"]);
    assert!(mutations.len() >= 10);
    for mutation in mutations {
        let name = text(&mutation["name"]);
        let arguments = list(&mutation["args"]);
        assert_eq!(names(&mutation["args"]), BTreeSet::from(["input".to_owned()]), "{name}");
        let input = written(&arguments[0]["type"]);
        assert!(input.ends_with("Input!"), "{name}: {input}");
        let payload = written(&mutation["type"]);
        assert!(payload.ends_with("Payload!"), "{name}: {payload}");
        let payload = fields(&types[payload.trim_end_matches('!')]);
        let errors = payload.get("errors").unwrap_or_else(|| panic!("{name} has no errors"));
        assert_eq!(errors, "[UserError!]!", "{name}");
        assert_eq!(
            payload.get("warnings").map(String::as_str),
            Some("[Warning!]!"),
            "{name}"
        );
        assert!(payload.len() >= 3, "{name} gives back nothing: {payload:?}");
    }
}

#[tokio::test]
async fn every_node_is_found_by_its_id() {
    let shop = Shop::demo().await.staff();
    let types = types(&shop).await;
    let nodes = names(&types["Node"]["possibleTypes"]);
    let found = ids(&shop).await;
    assert_eq!(nodes, found.keys().cloned().collect(), "types that are nodes");
    for (name, id) in found {
        let data = shop
            .data(
                "query ($id: ID!) { node(id: $id) { __typename id } }",
                json!({ "id": id }),
            )
            .await;
        assert_eq!(data["node"], json!({ "__typename": name, "id": id }));
    }
}
