//! Later pages belong to the search that they are pages of.

use serde_json::{Value, json};

use super::create;
use super::insight::{insights, logged, look, shop, tell};
use crate::support::Shop;

const PAGES: &str = "query($query: String!, $session: String, $first: Int, $after: String, $sort: SearchSort) {
  search(query: $query, sessionId: $session, first: $first, after: $after, sort: $sort) {
    searchId edges { position node { id } } pageInfo { endCursor hasNextPage } } }";

async fn page(shop: &Shop, variables: Value) -> Value {
    shop.data(PAGES, variables).await["search"].take()
}

#[tokio::test]
async fn a_click_on_a_later_page_is_one_of_the_search_at_its_place() {
    let (shop, _) = shop().await;
    for name in ["Gamma", "Delta", "Epsilon"] {
        create(&shop, &format!("Zither {name}"), "10.00", json!({})).await;
    }
    shop.work().await;
    for i in 0..10 {
        let session = format!("visit-{i}");
        let first = page(&shop, json!({ "query": "zither", "session": session, "first": 2 })).await;
        assert_eq!(
            [&first["edges"][0]["position"], &first["edges"][1]["position"]],
            [&json!(1), &json!(2)]
        );
        let after = first["pageInfo"]["endCursor"].clone();
        let second = json!({ "query": "zither", "session": session, "first": 2, "after": after });
        let second = page(&shop, second).await;
        assert_eq!(
            [&second["edges"][0]["position"], &second["edges"][1]["position"]],
            [&json!(3), &json!(4)]
        );
        assert_eq!(second["searchId"], first["searchId"]);
        let after = second["pageInfo"]["endCursor"].clone();
        let third = page(
            &shop,
            json!({ "query": "zither", "session": session, "first": 2, "after": after }),
        )
        .await;
        assert_eq!(third["edges"].as_array().expect("edges").len(), 1);
        assert_eq!(third["pageInfo"]["hasNextPage"], false);
        let hit = &third["edges"][0];
        assert_eq!(hit["position"], 5);
        let search = third["searchId"].as_str().expect("a name");
        let product = hit["node"]["id"].as_str().expect("a product");
        tell(&shop, &session, "CLICK", search, (product, 5)).await;
        // They go on with something else: what they found is not given up for it.
        let other = look(&shop, &session, "kantele").await;
        tell(&shop, &session, "CLICK", &other, (product, 1)).await;
    }
    let seen = insights(&shop, json!({ "focus": "LOW_CLICK" })).await;
    assert_eq!(seen["queries"]["nodes"], json!([]), "every search led to a click");
    assert_eq!(seen["synonymSuggestions"], json!([]));
    assert_eq!(seen["counts"]["searches"], 20);
    assert_eq!(seen["counts"]["clickedSearches"], 20);
    let places = json!([{ "position": 1, "clicks": 10 }, { "position": 5, "clicks": 10 }]);
    assert_eq!(seen["clickPositions"], places);
    // Each page is a line of the log of its own.
    let pages = logged(&shop).await;
    assert_eq!(pages.iter().filter(|row| row.query == "zither").count(), 30);
    assert_eq!(pages.iter().filter(|row| row.continued).count(), 20);
}

#[tokio::test]
async fn a_cursor_that_others_may_be_given_names_no_search() {
    let (shop, _) = shop().await;
    let plain = "query($session: String, $after: String) { search(query: \"zither\", first: 1, sessionId: $session, after: $after) {
        edges { position } pageInfo { endCursor } } }";
    let cursor = async |variables: Value| shop.data(plain, variables).await["search"]["pageInfo"]["endCursor"].take();
    assert_eq!(shop.hints(plain, json!({})).await, (true, 60));
    assert_eq!(cursor(json!({})).await, cursor(json!({})).await);
    assert_ne!(
        cursor(json!({ "session": "a" })).await,
        cursor(json!({ "session": "a" })).await
    );
    // Whoever asks for the name of the search on the second page has one of its own, and places go on all the same.
    let after = cursor(json!({})).await;
    let second = page(&shop, json!({ "query": "zither", "first": 1, "after": after })).await;
    assert_eq!(second["edges"][0]["position"], 2);
    assert!(second["searchId"].is_string());
}

#[tokio::test]
async fn places_go_on_in_every_order_and_not_beyond_reason() {
    let (shop, _) = shop().await;
    for sort in ["RELEVANCE", "PRICE_ASC", "NEWEST", "BEST_SELLING"] {
        let (mut places, mut after) = (Vec::new(), Value::Null);
        loop {
            let seen = page(&shop, json!({ "query": "", "sort": sort, "first": 30, "after": after })).await;
            let edges = seen["edges"].as_array().expect("edges");
            places.extend(edges.iter().map(|edge| edge["position"].as_i64().expect("a place")));
            after = seen["pageInfo"]["endCursor"].clone();
            if seen["pageInfo"]["hasNextPage"] == json!(false) {
                break;
            }
        }
        let all = i64::try_from(places.len()).expect("few");
        assert!(all > 60 && places == (1..=all).collect::<Vec<_>>(), "{places:?}");
    }
    // A cursor that somebody changed says nothing of places that are not there.
    let first = page(&shop, json!({ "query": "zither", "first": 1 })).await;
    let cursor = first["pageInfo"]["endCursor"].as_str().expect("a cursor");
    let tag = "search-walk";
    let parts: (String, Value, Value, u32) = merx::platform::page::decode_cursor(tag, cursor).expect("a cursor");
    let changed = merx::platform::page::encode_cursor(tag, &(parts.0, parts.1, parts.2, u32::MAX));
    let next = page(&shop, json!({ "query": "zither", "first": 1, "after": changed })).await;
    assert_eq!(next["edges"][0]["position"], 1_000_000_001);
}
