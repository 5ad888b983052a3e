//! Visits in memory: read in the background, the latest, without those that were erased.

use std::time::Duration;

use chrono::TimeDelta;
use merx::recommendation::{looks, warm};
use serde_json::{Value, json};

use super::shopping::{ids, list, look, tea_and_coffee};
use crate::support::{Shop, noon};

const WAY: [&str; 3] = ["never-sold", "coffee-mill", "tea-tin"];

/// Whether visits have a say in a list for the visit "mine".
async fn speak(shop: &Shop) -> bool {
    let edges = list(shop, json!({ "sessionId": "mine" }), "PERSONAL", 4).await;
    edges.iter().any(|edge| edge["strategy"] == "session")
}

async fn until(shop: &Shop, wanted: bool) {
    let waiting = async {
        while speak(shop).await != wanted {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waiting)
        .await
        .expect("it comes to that");
}

#[tokio::test]
async fn the_latest_are_read() {
    let shop = tea_and_coffee().await;
    for product in ["tea-pot", "tea-cup", "tea-tin"] {
        look(&shop, product, &[product]).await;
        shop.app.clock.advance(Duration::from_secs(60));
    }
    let ids = ids(&shop).await;
    let read = async |since, most| {
        let mut found = Vec::new();
        let told = looks(&shop.app.db, since, most, |look| found.push(look.product.to_string()));
        told.await.expect("read");
        found
    };
    assert_eq!(read(noon(), 2).await, [ids["tea-tin"].clone(), ids["tea-cup"].clone()]);
    assert_eq!(read(noon(), 10).await.len(), 3);
    assert_eq!(
        read(noon() + TimeDelta::seconds(90), 10).await,
        [ids["tea-tin"].clone()]
    );
}

#[tokio::test]
async fn nobody_waits_for_them() {
    let shop = tea_and_coffee().await;
    for visit in 0..6 {
        look(&shop, &format!("visit-{visit}"), &WAY).await;
    }
    look(&shop, "mine", &WAY[..2]).await;
    assert!(!speak(&shop).await, "they are being read");
    until(&shop, true).await;
    let ready = shop.another_server().await;
    warm(&ready.app).await.expect("read");
    assert!(speak(&ready).await, "they were read at the start");
}

#[tokio::test]
async fn erased_ones_are_forgotten_on_every_server() {
    let shop = tea_and_coffee().await;
    let me = shop.customer("ada@example.com").await;
    for visit in 0..6 {
        look(&me, &format!("visit-{visit}"), &WAY).await;
    }
    look(&shop, "mine", &WAY[..2]).await;
    let other = shop.another_server().await;
    for server in [&shop, &other] {
        warm(&server.app).await.expect("read");
        assert!(speak(server).await);
    }
    let document = "{ customers(first: 50) { nodes { id email } } }";
    let data = shop.staff().data(document, json!({})).await;
    let nodes = data["customers"]["nodes"].as_array().expect("customers");
    let is_ada = |node: &&Value| node["email"] == "ada@example.com";
    let id = nodes.iter().find(is_ada).expect("a customer")["id"].clone();
    shop.staff()
        .changed("customerEraseAsStaff", json!({ "id": id }), "errors { code }")
        .await;
    shop.work().await;
    assert!(!speak(&shop).await, "here at once");
    // There when it looks next whether anything changed.
    shop.app.clock.advance(Duration::from_secs(6));
    until(&other, false).await;
}
