//! A search that finds nothing.

use serde_json::{Value, json};

use super::{create, shop};
use crate::support::Shop;

async fn rescued(shop: &Shop, query: &str, filters: Value) -> Value {
    let document = "query($query: String!, $filters: [SearchFilterInput!]) {
        search(query: $query, filters: $filters) { totalCount rescue { kind query nodes { name } queries } } }";
    let variables = json!({ "query": query, "filters": filters });
    let mut search = shop.data(document, variables).await["search"].take();
    if search["totalCount"] != 0 {
        assert_eq!(search["rescue"], Value::Null);
    }
    search["rescue"].take()
}

#[tokio::test]
async fn it_offers_something_all_the_same() {
    let shop = shop().await;
    create(&shop, "Zither Alpha", "20.00", json!({ "brand": "Acme" })).await;
    shop.work().await;
    assert_eq!(rescued(&shop, "zither ", json!([])).await, Value::Null);
    // The filters are in the way.
    let filters = json!([{ "key": "brand", "values": ["Nobody"] }]);
    let unfiltered = rescued(&shop, "zither ", filters).await;
    assert_eq!(unfiltered["kind"], "WITHOUT_FILTERS");
    assert_eq!(unfiltered["query"], "zither ");
    assert_eq!(unfiltered["nodes"], json!([{ "name": "Zither Alpha" }]));
    // One word is: the engine does without it.
    assert_eq!(rescued(&shop, "zither xqzvbn ", json!([])).await, Value::Null);
    // Marks are: no text says these words in this order, and all that has the one has the other.
    for (marked, plain) in [("\"alpha zither\"", "alpha zither"), ("zither -alpha", "zither")] {
        let unmarked = rescued(&shop, marked, json!([])).await;
        assert_eq!(unmarked["kind"], "FEWER_WORDS", "{marked}");
        assert_eq!(unmarked["query"], plain);
        assert_eq!(unmarked["nodes"], json!([{ "name": "Zither Alpha" }]));
    }
    // Nothing helps: what sells best.
    let popular = rescued(&shop, "xqzvbn wkjhgf ", json!([])).await;
    assert_eq!(popular["kind"], "POPULAR");
    assert_eq!(popular["query"], Value::Null);
    assert_eq!(popular["nodes"].as_array().expect("products").len(), 8);
    assert_eq!(popular["queries"], json!([]));
}

#[tokio::test]
async fn fewer_words_are_tried_where_all_must_be_there() {
    // Without an index the database answers, which finds products with all words only.
    let shop = Shop::demo().await;
    create(&shop, "Zither Alpha", "20.00", json!({})).await;
    for query in ["zither xqzvbn", "xqzvbn zither wkjhgf"] {
        let fewer = rescued(&shop, query, json!([])).await;
        assert_eq!(fewer["kind"], "FEWER_WORDS", "{query}");
        assert_eq!(fewer["query"], "zither");
        assert_eq!(fewer["nodes"], json!([{ "name": "Zither Alpha" }]));
    }
}
