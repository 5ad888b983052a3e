//! Pages of hits.

use serde_json::{Value, json};

use super::{SEARCH, ask, shop};
use crate::support::Shop;

fn ids(answer: &Value) -> Vec<Value> {
    let edges = answer["edges"].as_array().expect("edges");
    edges.iter().map(|edge| edge["node"]["id"].clone()).collect()
}

async fn walk(shop: &Shop, query: &str, sort: &str) -> Vec<Value> {
    let (mut walked, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = ask(
            shop,
            json!({ "query": query, "sort": sort, "first": 7, "after": after }),
        )
        .await;
        walked.extend(ids(&page));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            assert_eq!(page["totalCount"], json!(walked.len()));
            return walked;
        }
    }
}

#[tokio::test]
async fn pages_join_to_the_whole_answer_in_every_order() {
    let shop = shop().await;
    for sort in ["RELEVANCE", "PRICE_ASC", "PRICE_DESC", "NEWEST", "BEST_SELLING"] {
        for query in ["", "the best a"] {
            let whole = ask(&shop, json!({ "query": query, "sort": sort, "first": 100 })).await;
            assert_eq!(walk(&shop, query, sort).await, ids(&whole), "{sort} {query:?}");
        }
        assert!(walk(&shop, "", sort).await.len() > 50);
    }
}

#[tokio::test]
async fn a_cursor_of_another_search_is_refused() {
    let shop = shop().await;
    let first = ask(&shop, json!({ "query": "lamp", "first": 1 })).await;
    let cursor = &first["pageInfo"]["endCursor"];
    let list = shop
        .data("{ products(first: 1) { pageInfo { endCursor } } }", json!({}))
        .await;
    for variables in [
        json!({ "query": "chair", "after": cursor }),
        json!({ "query": "lamp", "after": cursor, "sort": "NEWEST" }),
        json!({ "query": "lamp", "after": cursor, "filters": [{ "key": "brand", "values": ["x"] }] }),
        json!({ "query": "lamp", "after": "nonsense" }),
        json!({ "query": "lamp", "after": list["products"]["pageInfo"]["endCursor"] }),
        json!({ "query": "lamp", "first": 101 }),
        json!({ "query": "lamp", "first": -1 }),
    ] {
        let (code, message) = shop.refused(SEARCH, variables.clone()).await;
        assert_eq!(code, "BAD_USER_INPUT", "{variables}: {message}");
    }
    let none = ask(&shop, json!({ "query": "lamp", "first": 0 })).await;
    assert_eq!(none["nodes"], json!([]));
    assert!(none["totalCount"].as_i64() > Some(0));
}
