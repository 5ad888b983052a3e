//! Experiments over strategies: who is in them, on which lists, and what arms may say.

use std::collections::BTreeSet;

use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::shopping::{ids, tea_and_coffee, train};
use crate::support::Shop;

/// An experiment on what goes with a product.
fn goes_with(unit: &str) -> Value {
    json!({ "key": "goes-with", "name": "What goes with it", "kind": "RECOMMENDATION", "unit": unit,
        "primaryMetric": "CLICK", "arms": [
            { "key": "as-ever", "payload": { "intent": "complementary" } },
            { "key": "trend", "payload": { "intent": "complementary", "strategy": "trending" } } ] })
}

async fn start(shop: &Shop, input: Value) {
    let staff = shop.staff();
    let made = staff.changed("experimentCreate", input, "experiment { id }").await;
    let which = json!({ "id": made["experiment"]["id"] });
    staff.changed("experimentStart", which, "experiment { id }").await;
}

/// The first edge of a list beside a product, on its page, as a visit that agreed or not sees it.
async fn beside(shop: &Shop, product: &str, intent: &str, who: &str) -> Value {
    let document = format!(
        "query($by: ProductBy!) {{ product(by: $by) {{ recommendations(intent: {intent}, first: 3{who}) {{
           edges {{ strategy trackingToken experiment {{ variant }} }} }} }} }}"
    );
    let data = shop.data(&document, json!({ "by": { "id": product } })).await;
    data["product"]["recommendations"]["edges"][0].clone()
}

/// Who was shown an arm.
async fn exposed(shop: &Shop) -> BTreeSet<uuid::Uuid> {
    merx::experiment::flush(&shop.app).await;
    let rows = entity::experiment::exposure::Entity::find().all(&shop.app.db).await;
    rows.expect("read").into_iter().map(|row| row.unit_id).collect()
}

async fn visit(shop: &Shop, name: &str) -> uuid::Uuid {
    merx::analytics::visit(&shop.app, name).await.expect("a visit").0
}

#[tokio::test]
async fn a_visit_is_in_an_experiment_on_every_list_that_it_is_about() {
    let shop = tea_and_coffee().await;
    train(&shop).await;
    let ids = ids(&shop).await;
    let pot = &ids["tea-pot"];
    start(&shop, goes_with("VISIT")).await;
    let mut seen = BTreeSet::new();
    let mut units = BTreeSet::new();
    for number in 0..24 {
        let session = format!("visit-{number}");
        units.insert(visit(&shop, &session).await);
        let who = format!(", sessionId: \"{session}\", consent: true");
        let edge = beside(&shop, pot, "COMPLEMENTARY", &who).await;
        let arm = edge["experiment"]["variant"].as_str().expect("an arm").to_owned();
        let expected = if arm == "trend" { "trending" } else { "bought_together" };
        assert_eq!(edge["strategy"], expected, "{arm}");
        // The same visit, asked for in another way, is in the same arm.
        let document = format!(
            "query($c: RecommendationContext!) {{ recommendations(context: $c, intent: COMPLEMENTARY{who}) {{
               edges {{ experiment {{ variant }} }} }} }}"
        );
        for context in [json!({ "productId": pot }), json!({ "customer": true })] {
            let data = shop.data(&document, json!({ "c": context })).await;
            assert_eq!(
                data["recommendations"]["edges"][0]["experiment"]["variant"],
                json!(arm),
                "{context}"
            );
        }
        // The visit of the context is one, too.
        let document = "query($c: RecommendationContext!) {
            recommendations(context: $c, intent: COMPLEMENTARY, consent: true) { edges { experiment { variant } } } }";
        let data = shop.data(document, json!({ "c": { "sessionId": session } })).await;
        assert_eq!(data["recommendations"]["edges"][0]["experiment"]["variant"], json!(arm));
        seen.insert(arm);
    }
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert_eq!(exposed(&shop).await, units);
}

#[tokio::test]
async fn nothing_is_noted_of_other_lists_of_empty_ones_and_of_who_has_not_agreed() {
    let shop = tea_and_coffee().await;
    train(&shop).await;
    let ids = ids(&shop).await;
    let pot = &ids["tea-pot"];
    start(&shop, goes_with("VISIT")).await;
    let agreed = ", sessionId: \"s\", consent: true";
    for (intent, who) in [
        ("RELATED", agreed),
        ("TRENDING", agreed),
        ("COMPLEMENTARY", ", sessionId: \"s\""),
        ("COMPLEMENTARY", ", sessionId: \"s\", consent: false"),
        ("COMPLEMENTARY", ", consent: true"),
        ("COMPLEMENTARY", ""),
    ] {
        let edge = beside(&shop, pot, intent, who).await;
        assert!(edge["strategy"].is_string(), "{intent}{who}: {edge}");
        assert_eq!(edge["experiment"], Value::Null, "{intent}{who}");
    }
    let document = "query($by: ProductBy!) { product(by: $by) {
        recommendations(intent: COMPLEMENTARY, first: 0, sessionId: \"s\", consent: true) { totalCount } } }";
    shop.data(document, json!({ "by": { "id": pot } })).await;
    // Staff is no visitor.
    let edge = beside(&shop.staff(), pot, "COMPLEMENTARY", agreed).await;
    assert_eq!(edge["experiment"], Value::Null);
    assert!(exposed(&shop).await.is_empty());
    let too_long = format!(", sessionId: \"{}\"", "x".repeat(129));
    let document =
        format!("{{ products(first: 1) {{ nodes {{ recommendations(first: 1{too_long}) {{ totalCount }} }} }} }}");
    assert_eq!(shop.refused(&document, json!({})).await.0, "BAD_USER_INPUT");
    let edge = beside(&shop, pot, "COMPLEMENTARY", agreed).await;
    assert!(edge["experiment"]["variant"].is_string(), "{edge}");
    assert_eq!(exposed(&shop).await, BTreeSet::from([visit(&shop, "s").await]));
}

#[tokio::test]
async fn a_customer_is_in_an_experiment_with_consent_alone() {
    let shop = tea_and_coffee().await;
    train(&shop).await;
    let ids = ids(&shop).await;
    start(&shop, goes_with("CUSTOMER")).await;
    let ada = shop.customer("ada@example.com").await;
    let pot = &ids["tea-pot"];
    let edge = beside(&ada, pot, "COMPLEMENTARY", ", sessionId: \"s\"").await;
    assert_eq!(edge["experiment"], Value::Null);
    assert!(exposed(&shop).await.is_empty());
    let edge = beside(&ada, pot, "COMPLEMENTARY", ", consent: true").await;
    assert!(edge["experiment"]["variant"].is_string(), "{edge}");
    assert_eq!(exposed(&shop).await.len(), 1);
}

#[tokio::test]
async fn arms_that_nobody_would_understand_are_refused() {
    let shop = Shop::demo().await;
    let staff = shop.staff();
    let with = |payload: Value| {
        let mut input = goes_with("VISIT");
        input["arms"][1]["payload"] = payload;
        input
    };
    for payload in [
        json!({ "intent": "complementary", "strategy": "magic" }),
        // Found by looking, not by a strategy that comes first.
        json!({ "intent": "complementary", "strategy": "pinned" }),
        json!({ "intent": "sideways" }),
        json!({ "intent": "complementary", "stratgy": "trending" }),
        json!({ "intent": 3 }),
        // The control is about other lists: the arms could not be compared.
        json!({ "intent": "related", "strategy": "trending" }),
        json!({ "strategy": "trending" }),
    ] {
        let refused = staff
            .change("experimentCreate", with(payload.clone()), "experiment { id }")
            .await;
        assert_eq!(refused["errors"][0]["code"], "INVALID_INPUT", "{payload}");
        assert_eq!(
            refused["errors"][0]["path"],
            json!(["arms", "1", "payload"]),
            "{payload}"
        );
        assert_eq!(refused["errors"].as_array().map(Vec::len), Some(1), "{payload}");
    }
    let made = staff
        .changed("experimentCreate", goes_with("VISIT"), "experiment { id }")
        .await;
    let mut change = json!({ "id": made["experiment"]["id"], "arms": with(json!({ "intent": "no" }))["arms"] });
    let refused = staff
        .change("experimentUpdate", change.clone(), "experiment { id }")
        .await;
    assert_eq!(refused["errors"][0]["path"], json!(["arms", "1", "payload"]));
    // About all lists.
    change["arms"] = json!([{ "key": "a", "payload": {} }, { "key": "b", "payload": { "strategy": "session" } }]);
    staff.changed("experimentUpdate", change, "experiment { id }").await;
    // What others read says what it likes.
    let mut keyed = with(json!({ "strategy": "magic" }));
    (keyed["kind"], keyed["key"]) = (json!("KEYED"), json!("keyed"));
    staff.changed("experimentCreate", keyed, "experiment { id }").await;
}
