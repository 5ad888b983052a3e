//! Experiments over the settings of searches.

use std::collections::BTreeMap;

use entity::TypedId;
use entity::experiment::{experiment, exposure};
use merx::analytics::visit;
use merx::experiment::{arm_of, bucket};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use uuid::Uuid;

use super::insight::tell;
use super::{create, names_of, private};
use crate::support::Shop;

const SEARCH: &str = "query($query: String!, $session: String, $first: Int, $after: String, $sort: SearchSort) {
  search(query: $query, sessionId: $session, first: $first, after: $after, sort: $sort) {
    searchId degraded nodes { name } edges { position node { id } } pageInfo { endCursor } } }";

/// An experiment over searches with these arms.
fn experiment(key: &str, arms: &[(&str, Value)]) -> Value {
    let arms: Vec<Value> = arms
        .iter()
        .map(|(key, payload)| json!({ "key": key, "payload": payload }))
        .collect();
    json!({ "key": key, "name": "Searches", "kind": "SEARCH", "primaryMetric": "CLICK", "effect": 0.3, "arms": arms })
}

/// Creates it and starts it; gives its id.
async fn started(shop: &Shop, input: Value) -> Value {
    let staff = shop.staff();
    let made = staff.changed("experimentCreate", input, "experiment { id }").await;
    let id = json!({ "id": made["experiment"]["id"] });
    staff.changed("experimentStart", id.clone(), "experiment { id }").await;
    id
}

async fn ask(shop: &Shop, variables: Value) -> Value {
    shop.data(SEARCH, variables).await["search"].take()
}

/// What was shown to whom.
async fn exposed(shop: &Shop) -> BTreeMap<Uuid, String> {
    merx::experiment::flush(&shop.app).await;
    let rows = exposure::Entity::find().all(&shop.app.db).await.expect("exposures");
    let count = rows.len();
    let exposed: BTreeMap<Uuid, String> = rows.into_iter().map(|row| (row.unit_id, row.arm)).collect();
    assert_eq!(exposed.len(), count, "a unit is in one arm of one experiment");
    exposed
}

/// A shop with one zither by its name and one thing that speaks of nothing else.
async fn zithers() -> Shop {
    let shop = super::shop().await;
    create(&shop, "Zither Alpha", "20.00", json!({})).await;
    let text = "Zither strings for any zither: a zither needs them. Zither players know.";
    create(&shop, "Strings", "30.00", json!({ "description": text })).await;
    shop.work().await;
    shop
}

const BY_NAME: [&str; 2] = ["Zither Alpha", "Strings"];
const BY_TEXT: [&str; 2] = ["Strings", "Zither Alpha"];

fn by_text() -> Value {
    json!({ "weights": { "name": 0.05, "description": 50 } })
}

#[tokio::test]
async fn arms_order_hits_in_their_way_and_what_was_shown_is_noted() {
    let shop = zithers().await;
    assert_eq!(names_of(&ask(&shop, json!({ "query": "zither " })).await), BY_NAME);
    let id = started(
        &shop,
        experiment("fields", &[("control", json!({})), ("texts", by_text())]),
    )
    .await;
    let row = experiment::Entity::find().one(&shop.app.db).await.expect("a row");
    let salt = row.expect("an experiment").salt;
    let mut clicked: BTreeMap<&str, i64> = BTreeMap::new();
    let mut given = BTreeMap::new();
    for i in 0..40 {
        let session = format!("visit-{i}");
        let unit = visit(&shop.app, &session).await.expect("a visit").uuid();
        let arm = arm_of(bucket(&salt, unit), &[1, 1]).expect("an arm");
        let expected = [BY_NAME, BY_TEXT][arm];
        let found = ask(&shop, json!({ "query": "zither ", "session": session })).await;
        assert_eq!(names_of(&found), expected, "{session}");
        // Again, and by a later page, they are shown the same.
        let first = ask(&shop, json!({ "query": "zither ", "session": session, "first": 1 })).await;
        assert_eq!(names_of(&first), expected[..1]);
        let name = ["control", "texts"][arm];
        given.insert(unit, name.to_owned());
        if i % 2 == 0 {
            let product = found["edges"][0]["node"]["id"].as_str().expect("a product");
            tell(
                &shop,
                &session,
                "CLICK",
                found["searchId"].as_str().expect("a name"),
                (product, 1),
            )
            .await;
            *clicked.entry(name).or_default() += 1;
        }
    }
    assert_eq!(exposed(&shop).await, given);
    let of = |name: &str| given.values().filter(|arm| *arm == name).count();
    assert!(of("control") > 5 && of("texts") > 5, "{given:?}");
    let document = "query($id: ID!) { experiment(id: $id) { results {
        arms { key units metrics { metric converters } } } } }";
    let data = shop.staff().data(document, id).await;
    let results = &data["experiment"]["results"];
    for arm in results["arms"].as_array().expect("arms") {
        let name = arm["key"].as_str().expect("a key");
        assert_eq!(arm["units"], of(name));
        let clicks = clicked.get(name).copied().unwrap_or_default();
        assert_eq!(arm["metrics"][0], json!({ "metric": "CLICK", "converters": clicks }));
    }
}

#[tokio::test]
async fn later_pages_go_on_as_the_first_one_began() {
    let shop = zithers().await;
    let next = async |first: &Value, session: Option<&str>| {
        let after = first["pageInfo"]["endCursor"].clone();
        let variables = json!({ "query": "zither ", "session": session, "first": 1, "after": after });
        names_of(&ask(&shop, variables).await)
    };
    let before = ask(&shop, json!({ "query": "zither ", "session": "early", "first": 1 })).await;
    let id = started(&shop, experiment("fields", &[("a", by_text()), ("b", by_text())])).await;
    // What began before the experiment goes on without it; what began with it goes on with it, whoever asks.
    assert_eq!(next(&before, Some("early")).await, BY_NAME[1..]);
    let first = ask(&shop, json!({ "query": "zither ", "session": "late", "first": 1 })).await;
    assert_eq!(names_of(&first), BY_TEXT[..1]);
    assert_eq!(next(&first, Some("late")).await, BY_TEXT[1..]);
    assert_eq!(next(&first, None).await, BY_TEXT[1..]);
    assert_eq!(next(&first, Some("somebody else")).await, BY_TEXT[1..]);
    let units: Vec<Uuid> = exposed(&shop).await.into_keys().collect();
    let late = visit(&shop.app, "late").await.expect("a visit").uuid();
    assert_eq!(units, [late], "a later page is no exposure");
    // The experiment ends: a walk goes on somehow, and is not refused.
    shop.staff().changed("experimentStop", id, "experiment { id }").await;
    next(&first, Some("late")).await;
    assert_eq!(
        names_of(&ask(&shop, json!({ "query": "zither ", "session": "late" })).await),
        BY_NAME
    );
}

#[tokio::test]
async fn whoever_has_not_agreed_or_sorts_otherwise_or_is_staff_takes_no_part() {
    let shop = zithers().await;
    started(&shop, experiment("fields", &[("a", by_text()), ("b", by_text())])).await;
    assert_eq!(names_of(&ask(&shop, json!({ "query": "zither " })).await), BY_NAME);
    let ada = shop.customer("ada@example.com").await;
    assert_eq!(names_of(&ask(&ada, json!({ "query": "zither " })).await), BY_NAME);
    let staff = json!({ "query": "zither ", "session": "staff" });
    assert_eq!(names_of(&ask(&shop.staff(), staff).await), BY_NAME);
    let sorted = json!({ "query": "zither ", "session": "sorts", "sort": "PRICE_ASC" });
    assert_eq!(names_of(&ask(&shop, sorted).await), BY_NAME);
    let elsewhere = json!({ "query": "zither ", "session": "eu" });
    ask(&shop.channel("eu"), elsewhere).await;
    let eu = visit(&shop.app, "eu").await.expect("a visit").uuid();
    assert_eq!(exposed(&shop).await.into_keys().collect::<Vec<_>>(), [eu]);
}

#[tokio::test]
async fn experiments_on_customers_reach_those_who_have_agreed() {
    let shop = zithers().await;
    let mut input = experiment("fields", &[("a", by_text()), ("b", by_text())]);
    input["unit"] = json!("CUSTOMER");
    started(&shop, input).await;
    let session = || json!({ "query": "zither ", "session": "s" });
    assert_eq!(names_of(&ask(&shop, session()).await), BY_NAME);
    let ada = shop.customer("ada@example.com").await;
    assert_eq!(names_of(&ask(&ada, session()).await), BY_TEXT);
    let id = ada.data("{ me { id } }", json!({})).await["me"]["id"].clone();
    let id: entity::CustomerId = id.as_str().expect("an id").parse().expect("an id");
    assert_eq!(exposed(&shop).await.into_keys().collect::<Vec<_>>(), [id.uuid()]);
}

#[tokio::test]
async fn an_arm_may_leave_out_merchandising() {
    let shop = zithers().await;
    let pinned = create(&shop, "Unrelated Thing", "5.00", json!({})).await;
    shop.work().await;
    let rule = json!({ "name": "Pin", "condition": { "queryIs": "zither" },
        "effect": { "pin": { "productId": pinned, "position": 1 } } });
    shop.staff()
        .changed("merchandisingRuleCreate", rule, "rule { id }")
        .await;
    let asked = || json!({ "query": "zither ", "session": "s" });
    assert_eq!(names_of(&ask(&shop, asked()).await)[0], "Unrelated Thing");
    let plain = json!({ "merchandising": false });
    started(&shop, experiment("plain", &[("a", plain.clone()), ("b", plain)])).await;
    assert_eq!(names_of(&ask(&shop, asked()).await), BY_NAME);
}

#[tokio::test]
async fn an_arm_may_leave_out_other_engines_and_models() {
    // Nobody listens there.
    let away = Shop::configured(|config| config.services.meilisearch_url = Some("http://127.0.0.1:9".to_owned())).await;
    merx::search::prepare(&away.app).await.expect("the index is built");
    let asked = || json!({ "query": "lamp ", "session": "s" });
    assert_eq!(ask(&away, asked()).await["degraded"], true);
    let alone = json!({ "fusion": false });
    started(&away, experiment("alone", &[("a", alone.clone()), ("b", alone)])).await;
    assert_eq!(ask(&away, asked()).await["degraded"], false);

    let (shop, listener) = private::shop().await;
    ask(&shop, asked()).await;
    assert_eq!(listener.heard().len(), 1);
    let words = json!({ "embeddings": false });
    started(&shop, experiment("words", &[("a", words.clone()), ("b", words)])).await;
    let found = ask(&shop, json!({ "query": "chair ", "session": "s" })).await;
    assert_eq!(found["degraded"], false);
    assert_eq!(listener.heard().len(), 1, "the model is not asked");
}

#[tokio::test]
async fn what_no_search_understands_is_no_arm() {
    let shop = Shop::demo().await;
    let staff = shop.staff();
    for payload in [
        json!({ "wieghts": { "name": 3 } }),
        json!({ "weights": { "nmae": 3 } }),
        json!({ "weights": { "name": 0 } }),
        json!({ "weights": { "name": 50.5 } }),
        json!({ "weights": { "name": "3" } }),
        json!({ "weights": [3] }),
        json!({ "popularity": -0.1 }),
        json!({ "popularity": 10.5 }),
        json!({ "soldOut": 1.1 }),
        json!({ "soldOut": -0.1 }),
        json!({ "fusion": "yes" }),
        json!({ "embeddings": 0 }),
        json!({ "merchandising": "off" }),
    ] {
        let input = experiment("odd", &[("control", json!({})), ("odd", payload.clone())]);
        let refused = staff.change("experimentCreate", input, "experiment { id }").await;
        assert_eq!(refused["errors"][0]["code"], "INVALID_INPUT", "{payload}");
        assert_eq!(
            refused["errors"][0]["path"],
            json!(["arms", "1", "payload"]),
            "{payload}"
        );
    }
    let weights = json!({ "name": 8, "brand": 0.05, "category": 1.5, "codes": 2, "tags": 1, "attributes": 1,
        "description": 50 });
    let all = json!({ "weights": weights, "popularity": 0.5, "soldOut": 0, "merchandising": true, "fusion": false,
        "embeddings": false });
    let input = experiment("sound", &[("control", json!({})), ("all", all)]);
    let made = staff.changed("experimentCreate", input, "experiment { id }").await;
    // Nor does a draft become one.
    let arms = json!([{ "key": "control", "payload": {} }, { "key": "odd", "payload": { "speed": 3 } }]);
    let update = json!({ "id": made["experiment"]["id"], "arms": arms });
    let refused = staff.change("experimentUpdate", update, "experiment { id }").await;
    assert_eq!(refused["errors"][0]["path"], json!(["arms", "1", "payload"]));
}
