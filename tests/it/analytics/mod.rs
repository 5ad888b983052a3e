//! What visitors do, and who may know.

mod forget;
mod reads;
mod track;

use serde_json::{Value, json};

use crate::support::Shop;

/// The ids of the first products of the shop.
async fn products(shop: &Shop, count: usize) -> Vec<Value> {
    let data = shop.data("{ products(first: 20) { nodes { id } } }", json!({})).await;
    let nodes = data["products"]["nodes"].as_array().expect("products").iter();
    nodes.take(count).map(|node| node["id"].clone()).collect()
}

/// Tells what a visit did and gives the payload.
async fn tell(shop: &Shop, session: &str, events: Value) -> Value {
    let input = json!({ "sessionId": session, "consent": true, "events": events });
    shop.change("recommendationEventTrack", input, "accepted duplicates")
        .await
}

/// All that is kept.
async fn kept(shop: &Shop) -> Vec<merx::analytics::Interaction> {
    let span = merx::analytics::Span {
        after: None,
        channel: None,
        limit: 1_000,
    };
    merx::analytics::interactions(&shop.app.db, span).await.expect("read")
}
