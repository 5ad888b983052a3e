//! A person may have what is known of what they did, and have it gone.

use std::collections::BTreeSet;

use sea_orm::EntityTrait;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{kept, products, tell};
use crate::support::{PASSWORD, Shop};

/// Who was shown something: visits and customers.
async fn exposed(shop: &Shop) -> BTreeSet<Uuid> {
    merx::experiment::flush(&shop.app).await;
    let rows = entity::experiment::exposure::Entity::find().all(&shop.app.db).await;
    rows.expect("read").into_iter().map(|row| row.unit_id).collect()
}

async fn visit(shop: &Shop, name: &str) -> Uuid {
    merx::analytics::visit(&shop.app, name).await.expect("a visit").0
}

async fn export(who: &Shop) -> Value {
    let payload = who.changed("customerDataExport", json!({}), "data next").await;
    serde_json::from_str(payload["data"].as_str().expect("JSON")).expect("JSON")
}

#[tokio::test]
async fn what_a_person_did_is_theirs_and_goes_with_them() {
    let shop = Shop::demo().await;
    for (key, unit) in [("visits", "VISIT"), ("people", "CUSTOMER")] {
        let input = json!({ "key": key, "name": key, "kind": "KEYED", "unit": unit, "primaryMetric": "ADD", "arms": [
            { "key": "a", "payload": 1 }, { "key": "b", "payload": 2 } ] });
        let made = shop
            .staff()
            .changed("experimentCreate", input, "experiment { id }")
            .await;
        let id = json!({ "id": made["experiment"]["id"] });
        shop.staff().changed("experimentStart", id, "experiment { id }").await;
    }
    let ada = shop.customer("ada@example.com").await;
    let all = products(&shop, 3).await;
    let view = |id: &str, product: &Value| json!([{ "id": id, "kind": "VIEW", "productId": product }]);
    let assign = "query($s: String) { 
        a: experimentAssignment(key: \"visits\", sessionId: $s, consent: true) { arm }
        b: experimentAssignment(key: \"people\", sessionId: $s, consent: true) { arm } }";
    // Before she signs in, then signed in, in the same visit; somebody else in another one.
    tell(&shop, "hers", view("a", &all[0])).await;
    tell(&ada, "hers", view("b", &all[1])).await;
    tell(&shop, "his", view("a", &all[2])).await;
    ada.data(assign, json!({ "s": "hers" })).await;
    shop.data(assign, json!({ "s": "his" })).await;
    assert_eq!(kept(&shop).await.len(), 3);
    let me = ada.data("{ me { id } }", json!({})).await["me"]["id"].clone();
    let me: entity::CustomerId = me.as_str().expect("an id").parse().expect("an id");
    let (hers, his) = (visit(&shop, "hers").await, visit(&shop, "his").await);
    assert_eq!(exposed(&shop).await, BTreeSet::from([hers, his, me.0]));
    let data = export(&ada).await;
    let done = data["interactions"].as_array().expect("interactions");
    assert_eq!(done.len(), 1);
    assert_eq!((&done[0]["product"], &done[0]["kind"]), (&all[1], &json!("view")));
    let shown: Vec<&Value> = data["experiments"]
        .as_array()
        .expect("experiments")
        .iter()
        .map(|e| &e["experiment"])
        .collect();
    assert!(
        shown.len() == 2 && shown.contains(&&json!("visits")) && shown.contains(&&json!("people")),
        "{shown:?}"
    );
    ada.changed("customerErase", json!({ "password": PASSWORD }), "ok")
        .await;
    let left = kept(&shop).await;
    assert_eq!(left.len(), 1);
    assert_eq!(json!(left[0].product_id), all[2]);
    assert_eq!(exposed(&shop).await, BTreeSet::from([his]));
}
