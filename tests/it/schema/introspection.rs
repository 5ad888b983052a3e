//! Introspection is computed once an audience.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::schema::INTROSPECTION;
use crate::support::Shop;

async fn timed(shop: &Shop, document: &str) -> (Duration, Value) {
    let start = Instant::now();
    let answer = shop.data(document, json!({})).await;
    (start.elapsed(), answer)
}

#[tokio::test]
async fn the_same_introspection_is_answered_from_memory() {
    let shop = Shop::demo().await;
    // What the code alone decides is known before.
    shop.data("{ __typename }", json!({})).await;
    let (cold, first) = timed(&shop, INTROSPECTION).await;
    let mut warm = Duration::MAX;
    for _ in 0..5 {
        let (time, again) = timed(&shop, INTROSPECTION).await;
        assert_eq!(again, first);
        warm = warm.min(time);
    }
    println!("introspection: cold {cold:?}, kept {warm:?}");
    assert!(warm < cold, "cold {cold:?}, kept {warm:?}");
    // Audiences do not share it.
    let (_, staff) = timed(&shop.staff(), INTROSPECTION).await;
    assert_ne!(staff, first);
    let (_, again) = timed(&shop, INTROSPECTION).await;
    assert_eq!(again, first);
}

#[tokio::test]
async fn variables_and_operations_tell_introspections_apart() {
    let shop = Shop::demo().await;
    let document = "query ($n: String!) { __type(name: $n) { name } }";
    for name in ["Product", "Cart", "Product"] {
        let data = shop.data(document, json!({ "n": name })).await;
        assert_eq!(data["__type"]["name"], name);
    }
    assert!(shop.data(document, json!({ "n": "Stock" })).await["__type"].is_null());
    assert_eq!(
        shop.staff().data(document, json!({ "n": "Stock" })).await["__type"]["name"],
        "Stock"
    );
}

#[tokio::test]
async fn a_document_that_asks_for_more_runs_each_time() {
    let shop = Shop::demo().await;
    let mixed = "query Q { ...A products(first: 1) { nodes { id } } }
        fragment A on Query { __schema { queryType { name } } }";
    let (first, _) = shop.statements(shop.data(mixed, json!({}))).await;
    let (second, _) = shop.statements(shop.data(mixed, json!({}))).await;
    assert!(first > 0 && second > 0, "{first} and {second} statements");
    // An error is not kept.
    let broken = "{ __type { name } }";
    for _ in 0..2 {
        let (code, _) = shop.refused(broken, json!({})).await;
        assert_eq!(code, "GRAPHQL_VALIDATION_FAILED");
    }
}
