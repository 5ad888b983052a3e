//! What came of recommendations, for staff.

use std::collections::HashMap;
use std::time::Duration;

use merx::recommendation::insight::{flush, roll_up, sweep};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::shopping::{ids, list, slugs, tea_and_coffee, train};
use crate::support::Shop;

const DOCUMENT: &str = "query($from: DateTime, $to: DateTime) { recommendationInsights(from: $from, to: $to) { from to
    outcomes { surface intent strategy experiment { variant } shown clicks clickThroughRate cartAdds orders
      revenue { minorUnits currencyCode } } } }";

/// What staff is told, after all was counted.
async fn told(shop: &Shop) -> Vec<Value> {
    flush(&shop.app).await.expect("written");
    roll_up(&shop.app).await.expect("counted");
    let data = shop.staff().data(DOCUMENT, json!({})).await;
    data["recommendationInsights"]["outcomes"]
        .as_array()
        .expect("outcomes")
        .clone()
}

/// The numbers of a place and a strategy: shown, clicks, adds, orders, revenue.
fn of(outcomes: &[Value], surface: &str, intent: &str, strategy: &str) -> [i64; 5] {
    let found = outcomes
        .iter()
        .find(|line| line["surface"] == surface && line["intent"] == intent && line["strategy"] == strategy);
    let found = found.unwrap_or_else(|| panic!("no {surface} {intent} {strategy} in {outcomes:#?}"));
    let number = |value: &Value| value.as_i64().expect("a number");
    [
        number(&found["shown"]),
        number(&found["clicks"]),
        number(&found["cartAdds"]),
        number(&found["orders"]),
        number(&found["revenue"]["minorUnits"]),
    ]
}

/// The tokens of a list by slug.
fn tokens(edges: &[Value]) -> HashMap<String, Value> {
    let of = |edge: &Value| {
        let slug = edge["node"]["slug"].as_str().expect("a slug").to_owned();
        (slug, edge["trackingToken"].clone())
    };
    edges.iter().map(of).collect()
}

async fn variant(shop: &Shop, slug: &str) -> String {
    let document = "query($by: ProductBy!) { product(by: $by) { variants { id } } }";
    let data = shop.data(document, json!({ "by": { "slug": slug } })).await;
    data["product"]["variants"][0]["id"].as_str().expect("an id").to_owned()
}

struct Told<'a> {
    session: &'a str,
    id: &'a str,
    kind: &'a str,
    product: &'a str,
    token: &'a Value,
    cart: Option<&'a Value>,
}

async fn tell(shop: &Shop, told: Told<'_>) {
    let event = json!({ "id": told.id, "kind": told.kind, "productId": told.product, "trackingToken": told.token });
    let input = json!({ "sessionId": told.session, "consent": true, "cartToken": told.cart, "events": [event] });
    let payload = shop.changed("recommendationEventTrack", input, "accepted").await;
    assert_eq!(payload["accepted"], 1);
}

/// Buys what is in a cart.
async fn buy(shop: &Shop, cart: &Value) {
    let payment = shop.pay(cart, "tok_success").await;
    let payload = shop.complete(cart, &payment["payment"]["id"], Value::Null).await;
    assert_eq!(payload["errors"], json!([]), "{payload:#}");
}

/// A cart with two cups and a tin.
async fn cups_and_a_tin(shop: &Shop) -> Value {
    let (cup, tin) = (variant(shop, "tea-cup").await, variant(shop, "tea-tin").await);
    let lines = json!([{ "variantId": cup, "quantity": 2 }, { "variantId": tin, "quantity": 1 }]);
    let cart = shop.cart_ok("cartCreate", json!({ "lines": lines })).await;
    shop.made_ready(&cart, "US").await
}

#[tokio::test]
async fn staff_sees_what_was_shown_chosen_and_bought_by_place_and_strategy() {
    let shop = tea_and_coffee().await;
    train(&shop).await;
    let ids = ids(&shop).await;
    let beside = json!({ "productId": ids["tea-pot"] });
    let edges = list(&shop, beside.clone(), "COMPLEMENTARY", 2).await;
    assert_eq!(slugs(&edges), ["tea-cup", "tea-tin"]);
    assert!(
        edges.iter().all(|edge| edge["strategy"] == "bought_together"),
        "{edges:#?}"
    );
    list(&shop, beside.clone(), "COMPLEMENTARY", 2).await;
    list(&shop, json!({ "sessionId": "a" }), "TRENDING", 3).await;
    // Staff looks, and is not counted.
    list(&shop.staff(), beside.clone(), "COMPLEMENTARY", 2).await;
    let tokens = tokens(&edges);
    let cart = cups_and_a_tin(&shop).await;
    let event = |id, kind, slug: &'static str, cart| Told {
        session: "a",
        id,
        kind,
        product: &ids[slug],
        token: &tokens[slug],
        cart,
    };
    tell(&shop, event("1", "CLICK", "tea-cup", None)).await;
    tell(&shop, event("2", "ADD", "tea-cup", Some(&cart["token"]))).await;
    // It is in the cart as well, but was only looked at from the recommendation.
    tell(&shop, event("3", "VIEW", "tea-tin", None)).await;
    // Somebody else clicks, and buys nothing.
    let other = Told {
        session: "b",
        ..event("1", "CLICK", "tea-tin", None)
    };
    tell(&shop, other).await;
    buy(&shop, &cart).await;
    let outcomes = told(&shop).await;
    assert_eq!(
        of(&outcomes, "PRODUCT", "COMPLEMENTARY", "bought_together"),
        [4, 2, 1, 1, 800]
    );
    assert_eq!(of(&outcomes, "SESSION", "TRENDING", "trending"), [3, 0, 0, 0, 0]);
    let first = &outcomes[0];
    assert_eq!(
        (&first["clickThroughRate"], &first["experiment"]),
        (&json!(0.5), &Value::Null)
    );
    assert_eq!(first["revenue"]["currencyCode"], "USD");
    // Counted again, the numbers are the same.
    assert_eq!(told(&shop).await, outcomes);
    // The report reads what was counted, not what it was counted from.
    entity::analytics::interaction::Entity::delete_many()
        .exec(&shop.app.db)
        .await
        .expect("deleted");
    let data = shop.staff().data(DOCUMENT, json!({})).await;
    assert_eq!(data["recommendationInsights"]["outcomes"], json!(outcomes));
    // Of another channel there is nothing.
    let elsewhere = shop.program(&["recommendation.read"], Some("eu")).await.channel("eu");
    let data = elsewhere.data(DOCUMENT, json!({})).await;
    assert_eq!(data["recommendationInsights"]["outcomes"], json!([]));
}

#[tokio::test]
async fn an_order_belongs_to_the_latest_recommendation_of_a_day_at_most() {
    let shop = tea_and_coffee().await;
    train(&shop).await;
    let ids = ids(&shop).await;
    let first = list(&shop, json!({ "productId": ids["tea-pot"] }), "COMPLEMENTARY", 2).await;
    let second = list(&shop, json!({ "productId": ids["coffee-mill"] }), "TRENDING", 8).await;
    let (first, second) = (tokens(&first), tokens(&second));
    let cup = |session, id, token, cart| Told {
        session,
        id,
        kind: "CLICK",
        product: &ids["tea-cup"],
        token,
        cart,
    };
    let (late, early) = (cups_and_a_tin(&shop).await, cups_and_a_tin(&shop).await);
    tell(&shop, cup("a", "1", &first["tea-cup"], Some(&early["token"]))).await;
    tell(&shop, cup("b", "1", &first["tea-cup"], Some(&late["token"]))).await;
    shop.app.clock.advance(Duration::from_secs(60));
    tell(&shop, cup("a", "2", &second["tea-cup"], None)).await;
    buy(&shop, &early).await;
    // A day and a minute after the click nothing is due to it.
    shop.app.clock.advance(Duration::from_secs(86_400));
    buy(&shop, &late).await;
    let outcomes = told(&shop).await;
    assert_eq!(
        of(&outcomes, "PRODUCT", "COMPLEMENTARY", "bought_together")[1..],
        [2, 0, 0, 0]
    );
    let trending = outcomes
        .iter()
        .filter(|line| line["intent"] == "TRENDING")
        .map(|line| (line["orders"].as_i64(), line["revenue"]["minorUnits"].as_i64()))
        .filter(|counts| counts.0 != Some(0));
    assert_eq!(trending.collect::<Vec<_>>(), [(Some(1), Some(800))]);
    // An order that is called off was none.
    let cancel = "UPDATE orders SET status = 'cancelled' WHERE content_hash IS NULL";
    sea_orm::ConnectionTrait::execute_unprepared(&shop.app.db, cancel)
        .await
        .expect("cancelled");
    assert!(told(&shop).await.iter().all(|line| line["orders"] == 0));
}

#[tokio::test]
async fn a_customer_who_buys_on_another_device_bought_what_they_had_chosen() {
    let shop = tea_and_coffee().await;
    train(&shop).await;
    let ids = ids(&shop).await;
    let ada = shop.customer("ada@example.com").await;
    let edges = list(&ada, json!({ "productId": ids["tea-pot"] }), "COMPLEMENTARY", 2).await;
    let click = Told {
        session: "phone",
        id: "1",
        kind: "CLICK",
        product: &ids["tea-cup"],
        token: &tokens(&edges)["tea-cup"],
        cart: None,
    };
    tell(&ada, click).await;
    let cart = cups_and_a_tin(&ada).await;
    buy(&ada, &cart).await;
    let outcomes = told(&shop).await;
    assert_eq!(
        of(&outcomes, "PRODUCT", "COMPLEMENTARY", "bought_together"),
        [2, 1, 0, 1, 800]
    );
}

#[tokio::test]
async fn arms_of_experiments_are_counted_apart() {
    let shop = tea_and_coffee().await;
    train(&shop).await;
    let ids = ids(&shop).await;
    let input = json!({ "key": "e", "name": "E", "kind": "RECOMMENDATION", "primaryMetric": "CLICK", "arms": [
        { "key": "as-ever", "payload": { "intent": "complementary" } },
        { "key": "trend", "payload": { "intent": "complementary", "strategy": "trending" } } ] });
    let staff = shop.staff();
    let made = staff.changed("experimentCreate", input, "experiment { id }").await;
    let which = json!({ "id": made["experiment"]["id"] });
    staff.changed("experimentStart", which, "experiment { id }").await;
    let document = "query($id: ID!, $s: String) { recommendations(
        context: { productId: $id }, intent: COMPLEMENTARY, first: 1, sessionId: $s, consent: true) {
        edges { trackingToken experiment { variant } node { id } } } }";
    let mut shown: HashMap<String, i64> = HashMap::new();
    for number in 0..24 {
        let session = format!("visit-{number}");
        let data = shop.data(document, json!({ "id": ids["tea-pot"], "s": session })).await;
        let edge = &data["recommendations"]["edges"][0];
        let arm = edge["experiment"]["variant"].as_str().expect("an arm");
        *shown.entry(arm.to_owned()).or_default() += 1;
        let click = Told {
            session: &session,
            id: "1",
            kind: "CLICK",
            product: edge["node"]["id"].as_str().expect("an id"),
            token: &edge["trackingToken"],
            cart: None,
        };
        tell(&shop, click).await;
    }
    assert_eq!(shown.len(), 2, "{shown:?}");
    let outcomes = told(&shop).await;
    for (arm, shown) in shown {
        let line = outcomes.iter().find(|line| line["experiment"]["variant"] == json!(arm));
        let line = line.unwrap_or_else(|| panic!("no {arm} in {outcomes:#?}"));
        assert_eq!(
            (&line["shown"], &line["clicks"]),
            (&json!(shown), &json!(shown)),
            "{arm}"
        );
        assert_eq!(line["clickThroughRate"], 1.0);
    }
}

#[tokio::test]
async fn days_are_counted_to_their_end_kept_for_two_years_and_asked_for_by_day() {
    let shop = tea_and_coffee().await;
    train(&shop).await;
    let ids = ids(&shop).await;
    let look = async |session: &str| {
        let edges = list(&shop, json!({ "productId": ids["tea-pot"] }), "COMPLEMENTARY", 2).await;
        let click = Told {
            session,
            id: "1",
            kind: "CLICK",
            product: &ids["tea-cup"],
            token: &tokens(&edges)["tea-cup"],
            cart: None,
        };
        tell(&shop, click).await;
    };
    look("a").await;
    assert_eq!(
        of(&told(&shop).await, "PRODUCT", "COMPLEMENTARY", "bought_together")[..2],
        [2, 1]
    );
    // Later that day, while no worker runs for three days.
    shop.app.clock.advance(Duration::from_secs(8 * 3_600));
    look("b").await;
    shop.app.clock.advance(Duration::from_secs(3 * 86_400));
    look("c").await;
    let all = told(&shop).await;
    assert_eq!(of(&all, "PRODUCT", "COMPLEMENTARY", "bought_together")[..2], [6, 3]);
    let today = json!({ "from": shop.app.clock.now().to_rfc3339() });
    let data = shop.staff().data(DOCUMENT, today).await;
    let of_today = data["recommendationInsights"]["outcomes"]
        .as_array()
        .expect("outcomes")
        .clone();
    assert_eq!(
        of(&of_today, "PRODUCT", "COMPLEMENTARY", "bought_together")[..2],
        [2, 1]
    );
    let backwards = json!({ "from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z" });
    assert_eq!(shop.staff().refused(DOCUMENT, backwards).await.0, "BAD_USER_INPUT");
    // What is counted twice by two workers is counted once.
    let other = shop.another_server().await;
    let (one, two) = tokio::join!(roll_up(&shop.app), roll_up(&other.app));
    one.expect("counted");
    two.expect("counted");
    assert_eq!(told(&shop).await, all);
    let rows = async || {
        use entity::recommendation::{recommendation_outcome_day, recommendation_shown_day};
        let db = &shop.app.db;
        let outcomes = recommendation_outcome_day::Entity::find().all(db).await.expect("read");
        let shown = recommendation_shown_day::Entity::find().all(db).await.expect("read");
        (outcomes.len(), shown.len())
    };
    shop.app.clock.advance(Duration::from_secs(758 * 86_400));
    sweep(&shop.app).await.expect("swept");
    assert_eq!(rows().await, (2, 2));
    shop.app.clock.advance(Duration::from_secs(3 * 86_400));
    sweep(&shop.app).await.expect("swept");
    assert_eq!(rows().await, (1, 1));
}
