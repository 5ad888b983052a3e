//! What clients tell is kept once, without what is nobody's business.

use chrono::TimeDelta;
use entity::analytics::interaction::InteractionKind;
use entity::{TypedId, VisitId};
use merx::analytics::{Tracking, visit};
use serde_json::{Value, json};

use super::{kept, products, tell};
use crate::support::{Shop, noon};

fn event(id: &str, product: &Value) -> Value {
    json!({ "id": id, "kind": "VIEW", "productId": product })
}

#[tokio::test]
async fn an_event_is_kept_once_however_often_it_is_told() {
    let shop = Shop::demo().await;
    let [one, two] = products(&shop, 2).await.try_into().expect("two");
    let first = tell(
        &shop,
        "s",
        json!([event("a", &one), event("b", &two), event("a", &two)]),
    )
    .await;
    assert_eq!(
        (first["accepted"].as_i64(), first["duplicates"].as_i64()),
        (Some(2), Some(1))
    );
    let again = tell(&shop, "s", json!([event("b", &two), event("c", &one)])).await;
    assert_eq!(
        (again["accepted"].as_i64(), again["duplicates"].as_i64()),
        (Some(1), Some(1))
    );
    let whole = tell(&shop, "s", json!([event("a", &one), event("b", &two)])).await;
    assert_eq!(
        (whole["accepted"].as_i64(), whole["duplicates"].as_i64()),
        (Some(0), Some(2))
    );
    // Another visit's events are others.
    assert_eq!(tell(&shop, "t", json!([event("a", &one)])).await["accepted"], 1);
    assert_eq!(kept(&shop).await.len(), 4);
}

#[tokio::test]
async fn the_name_of_a_session_is_kept_nowhere() {
    let shop = Shop::demo().await;
    let other = Shop::demo().await;
    let product = &products(&shop, 1).await[0];
    tell(&shop, "a-name-of-a-session", json!([event("a", product)])).await;
    let row = &kept(&shop).await[0];
    let visit_id = visit(&shop.app, "a-name-of-a-session").await.expect("a visit");
    assert_eq!(row.visit_id, visit_id);
    assert_eq!(
        visit_id,
        visit(&shop.another_server().await.app, "a-name-of-a-session")
            .await
            .expect("a visit")
    );
    assert_ne!(
        visit_id,
        visit(&shop.app, "a-name-of-a-sessioN").await.expect("a visit")
    );
    assert!(!format!("{row:?}").contains("a-name-of"));
    // Without the key nobody finds the visit of a name: it is no plain hash of it.
    use sha2::Digest;
    let plain = sha2::Sha256::digest("a-name-of-a-session");
    let plain: [u8; 16] = plain[..16].try_into().expect("half");
    assert_ne!(
        visit_id,
        VisitId::from_uuid(uuid::Builder::from_custom_bytes(plain).into_uuid())
    );
    drop(other);
}

#[tokio::test]
async fn without_consent_nothing_is_kept() {
    let shop = Shop::demo().await;
    let product = &products(&shop, 1).await[0];
    let input = json!({ "sessionId": "s", "consent": false, "events": [event("a", product)] });
    let (statements, told) = shop
        .statements(shop.changed("recommendationEventTrack", input, "accepted duplicates"))
        .await;
    assert_eq!(
        (told["accepted"].as_i64(), told["duplicates"].as_i64()),
        (Some(0), Some(0))
    );
    assert_eq!(statements, 0);
    assert!(kept(&shop).await.is_empty());
}

#[tokio::test]
async fn the_customer_is_whoever_has_signed_in() {
    let shop = Shop::demo().await;
    let ada = shop.customer("ada@example.com").await;
    let product = &products(&shop, 1).await[0];
    tell(&shop, "s", json!([event("a", product)])).await;
    tell(&ada, "s", json!([event("b", product)])).await;
    let me = ada.data("{ me { id } }", json!({})).await["me"]["id"].clone();
    let customers: Vec<Value> = kept(&shop).await.iter().map(|row| json!(row.customer_id)).collect();
    assert_eq!(customers, [Value::Null, me]);
}

#[tokio::test]
async fn times_are_moved_into_the_last_day() {
    let shop = Shop::frozen(noon()).await;
    let product = &products(&shop, 1).await[0];
    let at = |id: &str, hours: i64| {
        let mut event = event(id, product);
        event["at"] = json!((noon() + TimeDelta::hours(hours)).to_rfc3339());
        event
    };
    tell(
        &shop,
        "s",
        json!([at("a", -1_000), at("b", -3), at("c", 5), event("d", product)]),
    )
    .await;
    let times: Vec<i64> = kept(&shop)
        .await
        .iter()
        .map(|row| (row.at - noon()).num_hours())
        .collect();
    assert_eq!(times, [-24, -3, 0, 0]);
    assert!(kept(&shop).await.iter().all(|row| row.received_at == noon()));
}

#[tokio::test]
async fn what_is_wrong_with_an_event_does_not_hold_up_the_others() {
    let shop = Shop::demo().await;
    let [one, two] = products(&shop, 2).await.try_into().expect("two");
    let variants = "query($id: ID!) { product(by: { id: $id }) { variants { id } } }";
    let variant = shop.data(variants, json!({ "id": one })).await["product"]["variants"][0]["id"].clone();
    let with = |id: &str, product: &Value, field: &str, value: Value| {
        let mut event = event(id, product);
        event[field] = value;
        event
    };
    let token = Tracking {
        product: one.as_str().expect("an id").parse().expect("an id"),
        surface: "product.related".to_owned(),
        strategy: "same_category".to_owned(),
        source: None,
        model: Some(3),
        position: 1,
        experiment: None,
    };
    let signer = merx::analytics::signer(&shop.app).await.expect("a key");
    let token = signer.token(&token).expect("a token");
    let told = tell(
        &shop,
        "s",
        json!([
            with("a", &one, "variantId", variant.clone()),
            event("b", &json!("product_01jd3v9k3hf2x8k3w2v5m0q7zt")),
            with("c", &two, "variantId", variant),
            event("", &one),
            event(&"x".repeat(65), &one),
            with("d", &one, "searchId", json!("")),
            with("e", &one, "position", json!(0)),
            with("f", &one, "trackingToken", json!("nonsense")),
            with("g", &two, "trackingToken", json!(token)),
            with("h", &one, "trackingToken", json!(token)),
            with("i", &one, "searchId", json!("search_1")),
        ]),
    )
    .await;
    assert_eq!(told["accepted"], 3);
    let found: Vec<(String, String)> = told["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .map(|error| {
            let path: Vec<&str> = error["path"]
                .as_array()
                .expect("a path")
                .iter()
                .filter_map(Value::as_str)
                .collect();
            (error["code"].as_str().expect("a code").to_owned(), path.join("."))
        })
        .collect();
    let expected = [
        ("NOT_FOUND", "events.1.productId"),
        ("NOT_FOUND", "events.2.variantId"),
        ("INVALID_INPUT", "events.3.id"),
        ("INVALID_INPUT", "events.4.id"),
        ("INVALID_INPUT", "events.5.searchId"),
        ("INVALID_INPUT", "events.6.position"),
        ("INVALID_INPUT", "events.7.trackingToken"),
        ("INVALID_INPUT", "events.8.trackingToken"),
    ];
    let expected: Vec<_> = expected
        .iter()
        .map(|(code, path)| ((*code).to_owned(), (*path).to_owned()))
        .collect();
    assert_eq!(found, expected);
    let rows = kept(&shop).await;
    assert_eq!(rows[1].surface.as_deref(), Some("product.related"));
    assert_eq!(rows[1].strategy.as_deref(), Some("same_category"));
    assert_eq!(rows[2].search_id.as_deref(), Some("search_1"));
    assert_eq!(rows[0].kind, InteractionKind::View);
}

#[tokio::test]
async fn calls_that_make_no_sense_are_refused() {
    let shop = Shop::demo().await;
    let product = &products(&shop, 1).await[0];
    let many: Vec<Value> = (0..101).map(|n| event(&format!("e{n}"), product)).collect();
    for (session, events, path) in [
        ("", vec![event("a", product)], "sessionId"),
        (&*"x".repeat(129), vec![event("a", product)], "sessionId"),
        ("s", many, "events"),
    ] {
        let told = tell(&shop, session, json!(events)).await;
        assert_eq!(told["errors"][0]["path"], json!([path]));
        assert_eq!(told["errors"][0]["code"], "INVALID_INPUT");
    }
    assert!(kept(&shop).await.is_empty());
    // What the channel does not show is not there.
    let hidden = shop.channel("eu");
    let everywhere = products(&shop, 20).await;
    let told = tell(&hidden, "s", json!([event("a", &everywhere[0])])).await;
    assert!(
        told["accepted"] == 1 || told["errors"][0]["code"] == "NOT_FOUND",
        "{told}"
    );
}

#[tokio::test]
async fn a_hundred_events_take_as_many_statements_as_one() {
    let shop = Shop::demo().await;
    let products = products(&shop, 10).await;
    let call = async |session: &str, count: usize| {
        let events: Vec<Value> = (0..count).map(|n| event(&format!("e{n}"), &products[n % 10])).collect();
        let (statements, told) = shop.statements(tell(&shop, session, json!(events))).await;
        assert_eq!(told["accepted"], count);
        statements
    };
    // The key of visits is read once.
    call("before", 1).await;
    let (one, hundred) = (call("one", 1).await, call("hundred", 100).await);
    assert_eq!(one, hundred);
    // The products, the rows, and the jobs of who listens.
    assert!(hundred <= 3, "{hundred} statements");
}

#[tokio::test]
async fn events_are_told_to_listeners_of_the_process_and_cost_points() {
    let shop = Shop::demo().await;
    let mut feed = shop.app.analytics.feed.subscribe();
    let products = products(&shop, 3).await;
    let events: Vec<Value> = products
        .iter()
        .enumerate()
        .map(|(n, p)| event(&format!("e{n}"), p))
        .collect();
    let document =
        "mutation($input: RecommendationEventTrackInput!) { recommendationEventTrack(input: $input) { accepted } }";
    let cost = async |events: &[Value]| {
        let input = json!({ "sessionId": "s", "consent": true, "events": events });
        let answer = shop.send(document, json!({ "input": input })).await;
        answer["extensions"]["cost"]["requested"]
            .as_u64()
            .unwrap_or_else(|| panic!("a cost in {answer:#}"))
    };
    let (one, three) = (cost(&events[..1]).await, cost(&events).await);
    assert!(three > one, "{one} {three}");
    let told = feed.try_recv().expect("told");
    assert_eq!(told.len(), 1);
    let told = feed.try_recv().expect("told");
    assert_eq!(told.len(), 2, "what was told before is not told again");
}
