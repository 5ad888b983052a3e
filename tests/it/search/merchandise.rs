//! Merchandising: what staff pins, lifts, lowers and redirects, and when it counts.

use std::time::Duration;

use chrono::TimeDelta;
use entity::catalog::{collection, collection_product};
use merx::search::merchandising::plain;
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde_json::{Value, json};

use super::{ask, create, names, names_of};
use crate::support::{Shop, noon};

/// Three products with one word in common, in a shop whose clock stands.
async fn shop() -> (Shop, Vec<String>) {
    let shop = Shop::frozen(noon()).await;
    merx::search::prepare(&shop.app).await.expect("the index is built");
    let mut ids = Vec::new();
    for (name, brand) in [
        ("Zither Alpha", "Acme"),
        ("Zither Beta", "Acme"),
        ("Zither Gamma", "Umbra"),
    ] {
        ids.push(create(&shop, name, "20.00", json!({ "brand": brand })).await);
    }
    shop.work().await;
    (shop, ids)
}

/// Makes a rule and gives its id.
async fn rule(shop: &Shop, condition: Value, effect: Value, more: Value) -> String {
    let mut input = json!({ "name": "A rule", "condition": condition, "effect": effect });
    let fields = input.as_object_mut().expect("an object");
    fields.extend(more.as_object().expect("an object").clone());
    let made = shop
        .staff()
        .changed("merchandisingRuleCreate", input, "rule { id }")
        .await;
    made["rule"]["id"].as_str().expect("an id").to_owned()
}

async fn redirect(shop: &Shop, query: &str) -> Value {
    let document = "query($query: String!) { search(query: $query) { redirect } }";
    shop.data(document, json!({ "query": query })).await["search"]["redirect"].take()
}

#[test]
fn queries_are_compared_by_their_words() {
    assert_eq!(plain("  Red  SHOES! "), "red shoes");
    assert_eq!(plain("usb-c"), "usb c");
    assert_eq!(plain(" ?! "), "");
}

#[tokio::test]
async fn a_redirect_counts_for_its_query_and_while_it_lasts() {
    let (shop, _) = shop().await;
    let begin = noon() + TimeDelta::hours(1);
    let end = noon() + TimeDelta::hours(2);
    let times = json!({ "startsAt": begin, "endsAt": end });
    rule(
        &shop,
        json!({ "queryIs": "Sale" }),
        json!({ "redirect": "/sale" }),
        times,
    )
    .await;
    assert_eq!(redirect(&shop, "sale").await, Value::Null);
    shop.app.clock.advance(Duration::from_secs(3600));
    assert_eq!(redirect(&shop, " SALE! ").await, "/sale");
    assert_eq!(redirect(&shop, "big sale").await, Value::Null);
    shop.app.clock.advance(Duration::from_secs(3600));
    assert_eq!(redirect(&shop, "sale").await, Value::Null);
    // A part of the query; the larger priority counts.
    let contains = || json!({ "queryContains": "gift card" });
    rule(&shop, contains(), json!({ "redirect": "/low" }), json!({})).await;
    rule(
        &shop,
        contains(),
        json!({ "redirect": "https://example.com/high" }),
        json!({ "priority": 5 }),
    )
    .await;
    assert_eq!(redirect(&shop, "a gift card please").await, "https://example.com/high");
    assert_eq!(redirect(&shop, "gift cards").await, Value::Null);
    // Another channel has its own rules.
    assert_eq!(redirect(&shop.channel("eu"), "gift card").await, Value::Null);
}

#[tokio::test]
async fn pins_stand_where_they_are_wanted() {
    let (shop, ids) = shop().await;
    let lamps = names(&shop, "lamp ").await;
    assert!(lamps.len() > 3, "{lamps:?}");
    let pin = |product: &str, position: i32| json!({ "pin": { "productId": product, "position": position } });
    let lamp = || json!({ "queryIs": "lamp" });
    rule(&shop, lamp(), pin(&ids[0], 1), json!({})).await;
    rule(&shop, lamp(), pin(&ids[1], 3), json!({})).await;
    let pinned = names(&shop, "lamp ").await;
    assert_eq!(pinned[0], "Zither Alpha");
    assert_eq!(pinned[2], "Zither Beta");
    assert_eq!(pinned.len(), lamps.len() + 2);
    let others: Vec<&String> = pinned.iter().filter(|name| !name.starts_with("Zither")).collect();
    assert_eq!(others, lamps.iter().collect::<Vec<_>>());
    // Page by page each hit comes once.
    let (mut walked, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = ask(&shop, json!({ "query": "lamp ", "first": 4, "after": after })).await;
        walked.extend(names_of(&page));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(walked, pinned);
    // Another order is another order.
    let cheapest = ask(&shop, json!({ "query": "lamp ", "sort": "PRICE_ASC", "first": 100 })).await;
    assert_eq!(names_of(&cheapest).len(), lamps.len());
}

#[tokio::test]
async fn brands_are_lifted_and_lowered() {
    let (shop, _) = shop().await;
    let zither = || json!({ "queryIs": "zither" });
    let to = |brand: &str, percent: i32| json!({ "target": { "brand": brand }, "percent": percent });
    rule(&shop, zither(), json!({ "boost": to("umbra", 500) }), json!({})).await;
    assert_eq!(names(&shop, "zither ").await[0], "Zither Gamma");
    // Of two rules that move the same brand, one counts.
    let id = rule(
        &shop,
        zither(),
        json!({ "bury": to("umbra", 100) }),
        json!({ "priority": 1 }),
    )
    .await;
    assert_eq!(names(&shop, "zither ").await[2], "Zither Gamma");
    let off = json!({ "id": id, "enabled": false, "expectedVersion": 1 });
    let staff = shop.staff();
    let done = staff
        .changed("merchandisingRuleUpdate", off.clone(), "rule { version active }")
        .await;
    assert_eq!(done["rule"], json!({ "version": 2, "active": false }));
    assert_eq!(names(&shop, "zither ").await[0], "Zither Gamma");
    assert_eq!(
        staff.change_refused("merchandisingRuleUpdate", off).await.0,
        "STALE_VERSION"
    );
}

#[tokio::test]
async fn categories_and_collections_are_curated_where_they_are_browsed() {
    let (shop, ids) = shop().await;
    let data = shop
        .data("{ category(by: { slug: \"headphones\" }) { id } }", json!({}))
        .await;
    let category = data["category"]["id"].clone();
    let browse = |filter: Value| json!({ "query": "", "first": 100, "filters": [filter] });
    let headphones = || browse(json!({ "key": "category", "values": ["headphones"] }));
    let plainly = names_of(&ask(&shop, headphones()).await);
    let last = ask(&shop, headphones()).await["nodes"]
        .as_array()
        .expect("hits")
        .last()
        .expect("one")["id"]
        .clone();
    let pin = |product: &Value| json!({ "pin": { "productId": product, "position": 1 } });
    rule(&shop, json!({ "categoryId": category }), pin(&last), json!({})).await;
    let curated = names_of(&ask(&shop, headphones()).await);
    assert_eq!(curated[0], plainly[plainly.len() - 1]);
    assert_eq!(curated.len(), plainly.len());
    // With words it is no browsing.
    let worded =
        json!({ "query": "headphones ", "first": 100, "filters": [{ "key": "category", "values": ["headphones"] }] });
    assert_ne!(names_of(&ask(&shop, worded).await)[0], curated[0]);

    let id: entity::CollectionId = shop.app.ids.new_id();
    let row = collection::Model {
        id,
        slug: "strings".to_owned(),
        name: "Strings".to_owned(),
        description: String::new(),
        created_at: noon(),
    };
    row.into_active_model()
        .insert(&shop.app.db)
        .await
        .expect("a collection");
    for (position, product) in (0..).zip(&ids) {
        let row = collection_product::Model {
            collection_id: id,
            product_id: product.parse().expect("an id"),
            position,
        };
        row.into_active_model().insert(&shop.app.db).await.expect("a member");
    }
    let strings = || browse(json!({ "key": "collection", "values": ["strings"] }));
    let before = ask(&shop, strings()).await;
    assert_eq!(before["totalCount"], 3);
    let last = before["nodes"][2]["id"].clone();
    rule(&shop, json!({ "collectionId": id.to_string() }), pin(&last), json!({})).await;
    let after = ask(&shop, strings()).await;
    assert_eq!(after["nodes"][0]["id"], last);
    assert_eq!(after["totalCount"], 3);
    let words = json!({ "query": "beta ", "filters": [{ "key": "collection", "values": [id.to_string()] }] });
    assert_eq!(names_of(&ask(&shop, words).await), ["Zither Beta"]);
    let unknown = browse(json!({ "key": "collection", "values": ["nothing"] }));
    assert_eq!(ask(&shop, unknown).await["totalCount"], 0);
}

#[tokio::test]
async fn a_preview_shows_both_sides_and_logs_nothing() {
    let (shop, ids) = shop().await;
    let begin = noon() + TimeDelta::days(1);
    let effect = json!({ "pin": { "productId": ids[2], "position": 1 } });
    let id = rule(
        &shop,
        json!({ "queryIs": "zither" }),
        effect,
        json!({ "startsAt": begin }),
    )
    .await;
    let document = "query($at: DateTime) { merchandisingPreview(query: \"zither\", at: $at) {
        without { totalCount nodes { name } } with { totalCount nodes { name } } ruleIds redirect degraded } }";
    let staff = shop.staff();
    let now = staff.data(document, json!({})).await["merchandisingPreview"].take();
    assert_eq!(now["ruleIds"], json!([]));
    assert_eq!(now["with"], now["without"]);
    let then = staff.data(document, json!({ "at": begin })).await["merchandisingPreview"].take();
    assert_eq!(then["ruleIds"], json!([id]));
    assert_eq!(then["with"]["nodes"][0]["name"], "Zither Gamma");
    assert_eq!(then["without"], now["without"]);
    merx::search::flush(&shop.app).await.expect("written");
    assert_eq!(super::insight::logged(&shop).await.len(), 0);
}

#[tokio::test]
async fn rules_belong_to_their_channel_and_must_make_sense() {
    let (shop, ids) = shop().await;
    let staff = shop.staff();
    let id = rule(
        &shop,
        json!({ "queryIs": "sale" }),
        json!({ "redirect": "/sale" }),
        json!({}),
    )
    .await;
    let list = "query($where: MerchandisingRuleWhere, $first: Int, $after: String) {
        merchandisingRules(where: $where, first: $first, after: $after) { totalCount pageInfo { endCursor hasNextPage }
          nodes { id scope query action redirect target { brand } priority enabled startsAt active version } } }";
    let here = staff.data(list, json!({})).await["merchandisingRules"].take();
    assert_eq!(here["totalCount"], 1);
    assert_eq!(here["nodes"][0]["query"], "sale");
    assert_eq!(here["nodes"][0]["scope"], "QUERY_EXACT");
    let there = staff.channel("eu").data(list, json!({})).await;
    assert_eq!(there["merchandisingRules"]["totalCount"], 0);
    let delete = json!({ "id": id });
    let refused = staff
        .channel("eu")
        .change_refused("merchandisingRuleDelete", delete.clone())
        .await;
    assert_eq!(refused.0, "NOT_FOUND");
    // A program of one channel makes rules there.
    let european = shop
        .program(&["search.read", "search.write"], Some("eu"))
        .await
        .channel("eu");
    let input = json!({ "name": "Umleitung", "condition": { "queryIs": "sale" }, "effect": { "redirect": "/eu" } });
    european
        .changed("merchandisingRuleCreate", input.clone(), "rule { id }")
        .await;
    assert_eq!(redirect(&shop.channel("eu"), "sale").await, "/eu");
    let (code, _) = european.channel("us").refused(list, json!({})).await;
    assert_eq!(code, "GRAPHQL_VALIDATION_FAILED");
    // What makes no sense.
    let try_with = async |field: &str, value: Value| {
        let mut wrong = input.clone();
        wrong[field] = value;
        staff.change_refused("merchandisingRuleCreate", wrong).await
    };
    for wrong in ["javascript:alert(1)", "//evil.example", "sale", "https://", "/a b", ""] {
        let (code, path) = try_with("effect", json!({ "redirect": wrong })).await;
        assert_eq!(
            (code.as_str(), path),
            ("INVALID_INPUT", json!(["effect", "redirect"])),
            "{wrong}"
        );
    }
    let pin = json!({ "pin": { "productId": ids[0], "position": 0 } });
    assert_eq!(try_with("effect", pin).await.1, json!(["effect", "pin", "position"]));
    let nobody: entity::ProductId = shop.app.ids.new_id();
    let pin = json!({ "pin": { "productId": nobody.to_string(), "position": 1 } });
    assert_eq!(try_with("effect", pin).await.0, "NOT_FOUND");
    let bury = json!({ "bury": { "target": { "brand": "Acme" }, "percent": 101 } });
    assert_eq!(try_with("effect", bury).await.1, json!(["effect", "bury", "percent"]));
    assert_eq!(
        try_with("condition", json!({ "queryIs": "?" })).await.0,
        "INVALID_INPUT"
    );
    assert_eq!(try_with("name", json!(" ")).await.1, json!(["name"]));
    staff
        .changed("merchandisingRuleDelete", delete.clone(), "deletedId")
        .await;
    assert_eq!(redirect(&shop, "sale").await, Value::Null);
    assert_eq!(
        staff.change_refused("merchandisingRuleDelete", delete).await.0,
        "NOT_FOUND"
    );
}

#[tokio::test]
async fn searches_read_no_rules_from_the_database() {
    let (shop, _) = shop().await;
    rule(
        &shop,
        json!({ "queryContains": "zither" }),
        json!({ "redirect": "/z" }),
        json!({}),
    )
    .await;
    let document = "{ search(query: \"zither\") { totalCount redirect } }";
    let first = fewest(&shop, document).await;
    for i in 0..20 {
        let effect = json!({ "redirect": format!("/{i}") });
        rule(&shop, json!({ "queryIs": format!("q {i}") }), effect, json!({})).await;
    }
    let later = fewest(&shop, document).await;
    assert!(later <= first, "{later} statements, {first} before");
    assert_eq!(redirect(&shop, "zither").await, "/z");
}

/// Statements of a document that has been asked before, where nothing else happens meanwhile.
async fn fewest(shop: &Shop, document: &str) -> u64 {
    let mut fewest = u64::MAX;
    for _ in 0..8 {
        merx::search::flush(&shop.app).await.expect("written");
        let (statements, _) = shop.statements(shop.data(document, json!({}))).await;
        fewest = fewest.min(statements);
    }
    fewest
}

#[tokio::test]
async fn another_server_hears_of_a_rule() {
    let (shop, _) = shop().await;
    let other = shop.another_server().await;
    merx::search::prepare(&other.app).await.expect("the index is built");
    assert_eq!(redirect(&other, "sale").await, Value::Null);
    rule(
        &shop,
        json!({ "queryIs": "sale" }),
        json!({ "redirect": "/sale" }),
        json!({}),
    )
    .await;
    let end = std::time::Instant::now() + Duration::from_secs(30);
    while redirect(&other, "sale").await != "/sale" {
        assert!(std::time::Instant::now() < end, "the other server does not hear of it");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn a_page_goes_on_behind_any_of_its_hits() {
    let (shop, ids) = shop().await;
    let pin = |product: &str, position: i32| json!({ "pin": { "productId": product, "position": position } });
    rule(&shop, json!({ "queryIs": "lamp" }), pin(&ids[0], 2), json!({})).await;
    rule(&shop, json!({ "queryIs": "lamp" }), pin(&ids[1], 4), json!({})).await;
    let search = async |first: usize, after: &Value| {
        let variables = json!({ "query": "lamp ", "first": first, "after": after });
        ask(&shop, variables).await
    };
    let first = search(5, &Value::Null).await;
    let mut whole = names_of(&first);
    let mut after = first["pageInfo"]["endCursor"].clone();
    loop {
        let page = search(5, &after).await;
        whole.extend(names_of(&page));
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert!(
        whole.len() > 5 && whole[1] == "Zither Alpha" && whole[3] == "Zither Beta",
        "{whole:?}"
    );
    for (at, edge) in first["edges"].as_array().expect("edges").iter().enumerate() {
        for size in [1, 2, 100] {
            let behind = search(size, &edge["cursor"]).await;
            let expected: Vec<String> = whole.iter().skip(at + 1).take(size).cloned().collect();
            assert_eq!(names_of(&behind), expected, "{size} behind hit {at}");
            assert_eq!(behind["pageInfo"]["hasNextPage"], json!(at + 1 + size < whole.len()));
        }
    }
}
