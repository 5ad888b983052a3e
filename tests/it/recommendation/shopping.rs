//! A small shop with a history: people who drink tea, and people who drink coffee.

use std::collections::HashMap;
use std::fmt::Write;

use chrono::TimeDelta;
use merx::command::import::{ImportOrders, ImportProducts, orders, products};
use serde_json::{Value, json};

use crate::support::{Shop, noon};

/// Handle, name, category, units in stock.
const PRODUCTS: [(&str, &str, &str, i32); 8] = [
    ("tea-pot", "Tea pot of clay", "Tea", 50),
    ("tea-cup", "Tea cup of clay", "Tea", 50),
    ("tea-tin", "Tea tin", "Tea", 50),
    ("tea-gone", "Tea strainer of clay", "Tea", 0),
    ("coffee-mill", "Coffee mill", "Coffee", 50),
    ("coffee-cup", "Coffee cup of clay", "Coffee", 50),
    ("coffee-bean", "Coffee beans", "Coffee", 50),
    ("never-sold", "Tea pot of glass", "Tea", 50),
];

/// The documents of the tests ask for this of an edge.
pub const EDGES: &str = "edges { score reason strategy experiment { id variant } trackingToken node { slug } }";

/// The shop, with a clock that stands.
pub async fn tea_and_coffee() -> Shop {
    let shop = Shop::frozen(noon()).await;
    let mut text =
        "Handle,Title,Type,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Variant Price\n".to_owned();
    for (handle, title, kind, stock) in PRODUCTS {
        writeln!(text, "{handle},{title},{kind},{handle},shopify,{stock},4.00").expect("a line");
    }
    let file = shop.folder().join("products.csv");
    std::fs::write(&file, text).expect("a file");
    let command = ImportProducts {
        file,
        ..ImportProducts::default()
    };
    assert_eq!(products(&shop.app, command).await.expect("imported").created, 8);
    let mut carts: Vec<(String, i64, Vec<&str>)> = Vec::new();
    for person in 0..12 {
        // 10 of 12 tea pots go with a cup, 4 with a tin.
        let mut tea = vec!["tea-pot"];
        tea.extend((person < 10).then_some("tea-cup"));
        tea.extend((person < 4).then_some("tea-tin"));
        tea.extend((person < 6).then_some("tea-gone"));
        carts.push((format!("tea-{person}@example.com"), 40 - person, tea));
        carts.push((
            format!("tea-{person}@example.com"),
            14 - person,
            vec!["tea-tin", "tea-cup"],
        ));
        let coffee = vec!["coffee-mill", "coffee-cup", "coffee-bean"];
        carts.push((format!("coffee-{person}@example.com"), 30 - person, coffee));
    }
    buy(&shop, "A", &carts).await;
    shop
}

/// Imports orders: who bought what so many days ago.
pub async fn buy(shop: &Shop, series: &str, carts: &[(String, i64, Vec<&str>)]) {
    let mut text = "Name,Email,Financial Status,Currency,Subtotal,Total,Created at,Lineitem quantity,Lineitem name,\
                    Lineitem price,Lineitem sku\n"
        .to_owned();
    for (number, (email, days, skus)) in carts.iter().enumerate() {
        let at = (noon() - TimeDelta::days(*days)).format("%Y-%m-%d %H:%M:%S +0000");
        let total = format!("{}.00", skus.len() * 4);
        for (line, sku) in skus.iter().enumerate() {
            let head = match line {
                0 => format!("{email},paid,USD,{total},{total},{at}"),
                _ => ",,,,,".to_owned(),
            };
            writeln!(text, "#{series}{number},{head},1,{sku},4.00,{sku}").expect("a line");
        }
    }
    let file = shop.folder().join(format!("orders-{series}.csv"));
    std::fs::write(&file, text).expect("a file");
    let command = ImportOrders {
        file,
        ..ImportOrders::default()
    };
    let summary = orders(&shop.app, command).await.expect("imported");
    assert_eq!(summary.created, carts.len() as u64, "{summary:?}");
}

/// Has the shop learn, and gives the model.
pub async fn train(shop: &Shop) -> Value {
    let shown = "model { id version status stage progress } ";
    let made = shop
        .staff()
        .changed("recommendationTrainingStart", json!({}), shown)
        .await;
    assert_eq!(made["model"]["status"], "TRAINING");
    shop.work().await;
    let model = models(shop).await[0].clone();
    assert_eq!(model["id"], made["model"]["id"]);
    model
}

/// The models, the latest first.
pub async fn models(shop: &Shop) -> Vec<Value> {
    let document = "{ recommendationModels { nodes {
        id version kind status reason stage progress windowFrom windowTo orders customers items parameters metrics failure
        trainedAt activatedAt
    } } }";
    let data = shop.staff().data(document, json!({})).await;
    data["recommendationModels"]["nodes"]
        .as_array()
        .expect("models")
        .clone()
}

/// The ids of all products by slug.
pub async fn ids(shop: &Shop) -> HashMap<String, String> {
    let data = shop
        .data("{ products(first: 100) { nodes { id slug } } }", json!({}))
        .await;
    let nodes = data["products"]["nodes"].as_array().expect("products").iter();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    nodes.map(|node| (text(&node["slug"]), text(&node["id"]))).collect()
}

/// The edges of a list.
pub async fn list(shop: &Shop, context: Value, intent: &str, first: i32) -> Vec<Value> {
    let document = format!(
        "query($context: RecommendationContext!, $intent: RecommendationIntent!, $first: Int) {{
           recommendations(context: $context, intent: $intent, first: $first) {{ {EDGES} }} }}"
    );
    let variables = json!({ "context": context, "intent": intent, "first": first });
    let data = shop.data(&document, variables).await;
    data["recommendations"]["edges"].as_array().expect("edges").clone()
}

/// The slugs of edges.
pub fn slugs(edges: &[Value]) -> Vec<&str> {
    edges
        .iter()
        .map(|edge| edge["node"]["slug"].as_str().expect("a slug"))
        .collect()
}

/// Tells what a visit looked at, in order.
pub async fn look(shop: &Shop, session: &str, products: &[&str]) {
    let ids = ids(shop).await;
    let event =
        |(place, slug): (usize, &&str)| json!({ "id": format!("{place}"), "kind": "VIEW", "productId": ids[*slug] });
    let events: Vec<Value> = products.iter().enumerate().map(event).collect();
    let input = json!({ "sessionId": session, "consent": true, "events": events });
    let told = shop.changed("recommendationEventTrack", input, "accepted").await;
    assert_eq!(told["accepted"], json!(products.len()));
}
