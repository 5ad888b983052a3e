//! Products side by side.

use serde_json::{Value, json};

use crate::support::Shop;

const COMPARE: &str =
    "query($ids: [ID!]!) { productsCompare(ids: $ids) { products { id } rows { key name values differs } } }";

#[tokio::test]
async fn products_stand_side_by_side() {
    let shop = Shop::demo().await;
    let data = shop
        .data(
            "{ products(first: 40) { nodes { id attributes { key values } } } }",
            json!({}),
        )
        .await;
    let nodes: Vec<&Value> = data["products"]["nodes"]
        .as_array()
        .expect("products")
        .iter()
        .filter(|node| node["attributes"].as_array().is_some_and(|all| !all.is_empty()))
        .take(3)
        .collect();
    assert_eq!(nodes.len(), 3);
    let ids: Vec<&Value> = [1, 0, 2, 1].into_iter().map(|place| &nodes[place]["id"]).collect();
    let (statements, found) = shop.statements(shop.data(COMPARE, json!({ "ids": ids }))).await;
    let found = &found["productsCompare"];
    let shown: Vec<&Value> = found["products"]
        .as_array()
        .expect("products")
        .iter()
        .map(|p| &p["id"])
        .collect();
    assert_eq!(shown, ids[..3]);
    let mut cells = 0;
    for row in found["rows"].as_array().expect("rows") {
        let values = row["values"].as_array().expect("values");
        assert_eq!(values.len(), 3);
        for (place, values) in [1, 0, 2].into_iter().zip(values) {
            let own = nodes[place]["attributes"].as_array().expect("attributes");
            let own = own.iter().find(|attribute| attribute["key"] == row["key"]);
            let expected = own.map_or(json!([]), |attribute| attribute["values"].clone());
            assert_eq!(*values, expected, "{row}");
            cells += usize::from(*values != json!([]));
        }
        assert_eq!(row["differs"], json!(values[0] != values[1] || values[1] != values[2]));
    }
    let all: usize = nodes
        .iter()
        .map(|node| node["attributes"].as_array().map_or(0, Vec::len))
        .sum();
    assert_eq!(cells, all, "every attribute of every product is in the comparison");
    assert!(statements <= 3, "{statements} statements");
}

#[tokio::test]
async fn what_is_not_shown_is_left_out_and_too_many_are_refused() {
    let shop = Shop::demo().await;
    let unknown = json!({ "ids": ["product_01jd3v9k3hf2x8k3w2v5m0q7zt"] });
    let found = shop.data(COMPARE, unknown).await;
    assert_eq!(found["productsCompare"], json!({ "products": [], "rows": [] }));
    let many = vec!["product_01jd3v9k3hf2x8k3w2v5m0q7zt"; 11];
    assert_eq!(shop.refused(COMPARE, json!({ "ids": many })).await.0, "BAD_USER_INPUT");
}
