//! Lists for products, carts, customers and visits.

use merx::recommendation::warm;
use serde_json::{Value, json};

use super::shopping::{buy, ids, list, look, slugs, tea_and_coffee, train};
use crate::support::{Shop, statements_of};

fn falls(edges: &[Value]) -> bool {
    let scores: Vec<f64> = edges.iter().filter_map(|edge| edge["score"].as_f64()).collect();
    scores.len() == edges.len() && scores.is_sorted_by(|a, b| a > b) && scores.iter().all(|s| (0.0..=1.0).contains(s))
}

/// The digits of a number that say something.
fn digits(number: &Value) -> usize {
    let text = number.to_string();
    let digits = text.split('e').next().unwrap_or_default().replace('.', "");
    digits.trim_start_matches('0').len()
}

#[tokio::test]
async fn no_list_is_empty_and_each_edge_explains_itself() {
    let shop = tea_and_coffee().await;
    train(&shop).await;
    let ids = ids(&shop).await;
    let cart = shop.cart_ok("cartCreate", json!({})).await;
    for intent in ["RELATED", "COMPLEMENTARY", "PERSONAL", "TRENDING", "RECENT"] {
        for context in [
            json!({ "productId": ids["tea-cup"] }),
            json!({ "productId": ids["never-sold"] }),
            json!({ "cartToken": cart["token"] }),
            json!({ "cartToken": "no such cart" }),
            json!({ "customer": true }),
            json!({ "sessionId": "nobody" }),
        ] {
            let edges = list(&shop, context.clone(), intent, 6).await;
            assert!(!edges.is_empty(), "{context} {intent}");
            assert!(falls(&edges), "{context} {intent}: {edges:#?}");
            let told = |edge: &Value| {
                let reason = edge["reason"].as_str().unwrap_or_default();
                !reason.is_empty() && !edge["strategy"].as_str().unwrap_or_default().is_empty()
            };
            assert!(edges.iter().all(told), "{edges:#?}");
            assert!(edges.iter().all(|edge| digits(&edge["score"]) <= 9), "{edges:#?}");
            assert!(
                !slugs(&edges).contains(&"tea-gone"),
                "what cannot be bought is not shown"
            );
        }
    }
}

#[tokio::test]
async fn a_product_that_nobody_bought_has_relatives() {
    let shop = tea_and_coffee().await;
    train(&shop).await;
    let ids = ids(&shop).await;
    let edges = list(&shop, json!({ "productId": ids["never-sold"] }), "RELATED", 3).await;
    assert_eq!(slugs(&edges)[0], "tea-pot", "{edges:#?}");
    assert_eq!(edges[0]["strategy"], "similar");
}

#[tokio::test]
async fn what_is_in_the_cart_is_completed_and_not_repeated() {
    let shop = tea_and_coffee().await;
    train(&shop).await;
    let document = "{ products(first: 100) { nodes { slug variants(first: 1) { id } } } }";
    let data = shop.data(document, json!({})).await;
    let nodes = data["products"]["nodes"].as_array().expect("products");
    let variant = |slug: &str| {
        let node = nodes.iter().find(|node| node["slug"] == slug).expect("a product");
        node["variants"][0]["id"].clone()
    };
    let lines = json!([{ "variantId": variant("coffee-mill"), "quantity": 1 }, { "variantId": variant("coffee-cup"), "quantity": 1 }]);
    let cart = shop.cart_ok("cartCreate", json!({ "lines": lines })).await;
    let edges = list(&shop, json!({ "cartToken": cart["token"] }), "COMPLEMENTARY", 4).await;
    assert_eq!(slugs(&edges)[0], "coffee-bean", "{edges:#?}");
    assert_eq!(edges[0]["strategy"], "basket");
    let reason = edges[0]["reason"].as_str().expect("words");
    assert!(
        reason.starts_with("Goes with Coffee ") && reason.contains("in your cart ("),
        "{reason}"
    );
    assert!(
        slugs(&edges)
            .iter()
            .all(|slug| !["coffee-mill", "coffee-cup"].contains(slug))
    );
    // Whoever does not know the token learns nothing of it.
    let stranger = list(&shop, json!({ "cartToken": "guessed" }), "COMPLEMENTARY", 4).await;
    assert!(
        stranger.iter().all(|edge| edge["strategy"] != "basket"),
        "{stranger:#?}"
    );
}

#[tokio::test]
async fn a_customer_sees_what_fits_and_is_not_owned() {
    let shop = tea_and_coffee().await;
    train(&shop).await;
    // Bought a pot and a tin with a cup, by the address of the imported orders.
    let me = shop.customer("tea-11@example.com").await;
    shop.work().await;
    let edges = list(&me, json!({ "customer": true }), "PERSONAL", 5).await;
    let owned = ["tea-pot", "tea-cup", "tea-tin"];
    assert!(slugs(&edges).iter().all(|slug| !owned.contains(slug)), "{edges:#?}");
    let recent = list(&me, json!({ "customer": true }), "RECENT", 5).await;
    assert_eq!(recent[0]["strategy"], "recent", "{recent:#?}");
    assert!(
        recent[0]["reason"]
            .as_str()
            .expect("words")
            .starts_with("You bought it"),
        "{recent:#?}"
    );
    // Nobody sees what another bought.
    let nobody = list(&shop, json!({ "customer": true }), "RECENT", 5).await;
    assert!(nobody.iter().all(|edge| edge["strategy"] != "recent"), "{nobody:#?}");
}

#[tokio::test]
async fn what_was_bought_long_ago_is_owned_too() {
    let shop = tea_and_coffee().await;
    shop.many_products(510).await;
    let skus: Vec<String> = (0..510).map(|n| format!("MANY-{n}-S")).collect();
    let large = (
        "tea-11@example.com".to_owned(),
        1,
        skus.iter().map(String::as_str).collect(),
    );
    buy(&shop, "B", &[large]).await;
    let me = shop.customer("tea-11@example.com").await;
    shop.work().await;
    let edges = list(&me, json!({ "customer": true }), "PERSONAL", 50).await;
    // Of what is on sale, the coffee and the pot of glass are all that is left, and what the demo shop has.
    let owned = |slug: &&str| slug.starts_with("many-") || ["tea-pot", "tea-cup", "tea-tin"].contains(slug);
    let shown = slugs(&edges);
    assert!(shown.contains(&"coffee-mill"), "{shown:?}");
    assert_eq!(shown.iter().filter(|slug| owned(slug)).count(), 0, "{shown:?}");
    // Only lists that leave out what is owned look for it.
    for (intent, looks) in [("PERSONAL", true), ("RECENT", false)] {
        let (sent, _) = statements_of(list(&me, json!({ "customer": true }), intent, 5)).await;
        let looks_for_owned = |sql: &String| sql.contains("DISTINCT") && sql.contains("\"order_line\"");
        assert_eq!(sent.iter().any(looks_for_owned), looks, "{intent}: {sent:#?}");
    }
}

#[tokio::test]
async fn a_visit_gets_what_visits_like_it_went_on_to() {
    let shop = tea_and_coffee().await;
    warm(&shop.app).await.expect("in memory");
    for visit in 0..6 {
        look(
            &shop,
            &format!("visit-{visit}"),
            &["never-sold", "coffee-mill", "tea-tin"],
        )
        .await;
    }
    look(&shop, "mine", &["never-sold", "coffee-mill"]).await;
    let edges = list(&shop, json!({ "sessionId": "mine" }), "PERSONAL", 4).await;
    assert_eq!(
        (slugs(&edges)[0], &edges[0]["strategy"]),
        ("tea-tin", &json!("session")),
        "{edges:#?}"
    );
    assert_eq!(edges[0]["reason"], "6 of the 6 visits most like yours went on to it");
    let recent = list(&shop, json!({ "sessionId": "mine" }), "RECENT", 2).await;
    assert_eq!(recent[0]["reason"], "You looked at it lately");
    assert!(["never-sold", "coffee-mill"].contains(&slugs(&recent)[0]));
    // Told of each event: another look at once changes the answer.
    for visit in 6..20 {
        look(
            &shop,
            &format!("visit-{visit}"),
            &["never-sold", "coffee-mill", "coffee-bean"],
        )
        .await;
    }
    let edges = list(&shop, json!({ "sessionId": "mine" }), "PERSONAL", 4).await;
    assert_eq!(slugs(&edges)[0], "coffee-bean", "{edges:#?}");
    let too_long = json!({ "context": { "sessionId": "x".repeat(200) } });
    let document =
        "query($context: RecommendationContext!) { recommendations(context: $context, intent: RECENT) { totalCount } }";
    assert_eq!(shop.refused(document, too_long).await.0, "BAD_USER_INPUT");
}

#[tokio::test]
async fn what_many_buy_says_how_many() {
    let shop = tea_and_coffee().await;
    let ids = ids(&shop).await;
    let edges = list(&shop, json!({ "sessionId": "x" }), "TRENDING", 3).await;
    assert_eq!(edges[0]["strategy"], "trending");
    assert_eq!(edges[0]["reason"], "Bought by 12 people in the last 60 days");
    let of_tea = list(&shop, json!({ "productId": ids["tea-pot"] }), "TRENDING", 2).await;
    assert!(
        slugs(&of_tea).iter().all(|slug| slug.starts_with("tea-")),
        "of the category first: {of_tea:#?}"
    );
    // A year later nothing has been sold since: the numbers say until when.
    shop.app.clock.advance(std::time::Duration::from_secs(400 * 86_400));
    let later = shop.another_server().await;
    let edges = list(&later, json!({ "sessionId": "x" }), "TRENDING", 3).await;
    let reason = edges[0]["reason"].as_str().expect("words");
    assert!(
        reason.starts_with("Bought by ") && reason.contains(" people in the 60 days up to 20"),
        "{reason}"
    );
}

#[tokio::test]
async fn a_token_says_where_it_comes_from_and_cannot_be_made() {
    let shop = tea_and_coffee().await;
    train(&shop).await;
    let ids = ids(&shop).await;
    let edges = list(&shop, json!({ "productId": ids["tea-pot"] }), "COMPLEMENTARY", 2).await;
    let token = edges[0]["trackingToken"].as_str().expect("a token").to_owned();
    let click = async |id: &str, token: &str| {
        let event = json!({ "id": id, "kind": "CLICK", "productId": ids["tea-cup"], "trackingToken": token });
        let input = json!({ "sessionId": "s", "consent": true, "events": [event] });
        let document = "mutation($input: RecommendationEventTrackInput!) {
            recommendationEventTrack(input: $input) { accepted errors { code path } } }";
        shop.data(document, json!({ "input": input })).await["recommendationEventTrack"].clone()
    };
    assert_eq!(click("1", &token).await, json!({ "accepted": 1, "errors": [] }));
    let mut forged = token.clone().into_bytes();
    let last = forged.len() - 4;
    forged[last] = if forged[last] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).expect("letters");
    assert_eq!(click("2", &forged).await["accepted"], 0);
    let other = edges[1]["trackingToken"].as_str().expect("a token");
    assert_eq!(click("3", other).await["accepted"], 0, "it is about another product");
    let rows = interactions(&shop).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (rows[0].surface.as_deref(), rows[0].strategy.as_deref()),
        (Some("product.complementary"), Some("bought_together"))
    );
}

async fn interactions(shop: &Shop) -> Vec<entity::analytics::interaction::Model> {
    use sea_orm::EntityTrait;
    let rows = entity::analytics::interaction::Entity::find().all(&shop.app.db).await;
    rows.expect("read")
}

#[tokio::test]
async fn one_category_does_not_fill_a_list() {
    let shop = tea_and_coffee().await;
    train(&shop).await;
    let edges = list(&shop, json!({ "sessionId": "x" }), "TRENDING", 4).await;
    let tea = slugs(&edges).iter().filter(|slug| slug.starts_with("tea-")).count();
    assert_eq!(tea, 2, "{edges:#?}");
}
