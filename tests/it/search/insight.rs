//! The log of searches, what comes of them, and what staff is shown of it.

use std::time::Duration;

use chrono::TimeDelta;
use entity::search::{search_attribution, search_log};
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};

use super::create;
use crate::support::{Shop, noon};

pub(super) const SEARCH: &str = "query($query: String!, $session: String, $first: Int, $after: String) {
  search(query: $query, sessionId: $session, first: $first, after: $after) {
    searchId totalCount nodes { id name } pageInfo { endCursor } } }";
const TRACK: &str = "mutation($input: RecommendationEventTrackInput!) { recommendationEventTrack(input: $input) {
    accepted errors { code message path } } }";
const INSIGHTS: &str = "query($from: DateTime, $to: DateTime, $focus: SearchQueryFocus, $first: Int, $after: String) {
  searchInsights(from: $from, to: $to) { from to
    counts { ...Counts } clickPositions { position clicks }
    queries(focus: $focus, first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor }
      nodes { query counts { ...Counts } } }
    synonymSuggestions { givenUp foundBy sessions } } }
  fragment Counts on SearchCounts { searches zeroResults degraded clickedSearches clicks clickThroughRate
    averageClickPosition cartAdds orders }";

/// A shop whose clock stands, with two zithers.
pub(super) async fn shop() -> (Shop, String) {
    let shop = Shop::frozen(noon()).await;
    merx::search::prepare(&shop.app).await.expect("the index is built");
    let id = create(&shop, "Zither Alpha", "20.00", json!({})).await;
    create(&shop, "Zither Beta", "30.00", json!({})).await;
    shop.work().await;
    (shop, id)
}

/// The searches that were logged, oldest first.
pub(super) async fn logged(shop: &Shop) -> Vec<search_log::Model> {
    let rows = search_log::Entity::find().order_by_asc(search_log::Column::Id);
    rows.all(&shop.app.db).await.expect("the log")
}

/// Searches in a visit and gives the name of the search.
pub(super) async fn look(shop: &Shop, session: &str, query: &str) -> String {
    let session = if session.is_empty() {
        Value::Null
    } else {
        json!(session)
    };
    let answer = shop.data(SEARCH, json!({ "query": query, "session": session })).await;
    answer["search"]["searchId"].as_str().expect("a name").to_owned()
}

/// Tells that a visitor did something with a hit.
pub(super) async fn tell(shop: &Shop, session: &str, kind: &str, search: &str, (product, position): (&str, i32)) {
    let event = json!({ "id": format!("{kind}-{search}"), "kind": kind, "productId": product,
        "searchId": search, "position": position });
    let input = json!({ "sessionId": session, "consent": true, "events": [event] });
    let done = shop.data(TRACK, json!({ "input": input })).await;
    assert_eq!(done["recommendationEventTrack"]["accepted"], 1, "{done:#}");
}

/// What staff sees when everything was written, attributed and counted.
pub(super) async fn insights(shop: &Shop, variables: Value) -> Value {
    merx::search::flush(&shop.app).await.expect("written");
    shop.work().await;
    merx::search::roll_up(&shop.app).await.expect("counted");
    shop.staff().data(INSIGHTS, variables).await["searchInsights"].take()
}

pub(super) fn queries(insights: &Value) -> Vec<&str> {
    let nodes = insights["queries"]["nodes"].as_array().expect("queries");
    nodes
        .iter()
        .map(|node| node["query"].as_str().expect("a query"))
        .collect()
}

#[tokio::test]
async fn every_search_is_logged_beside_the_request() {
    let (shop, _) = shop().await;
    shop.data(SEARCH, json!({ "query": "zither" })).await;
    merx::search::flush(&shop.app).await.expect("written");
    let before = logged(&shop).await.len();
    // The request itself writes nothing: the log is written a moment later.
    let first = shop
        .data(
            SEARCH,
            json!({ "query": " Zither ", "session": "visit-of-ada", "first": 1 }),
        )
        .await;
    let after = first["search"]["pageInfo"]["endCursor"].clone();
    shop.data(SEARCH, json!({ "query": " Zither ", "first": 1, "after": after }))
        .await;
    shop.data(SEARCH, json!({ "query": "zithr ada@example.com" })).await;
    merx::search::flush(&shop.app).await.expect("written");
    let rows = logged(&shop).await.split_off(before);
    assert_eq!(rows.len(), 3);
    assert_eq!(json!(rows[0].id.to_string()), first["search"]["searchId"]);
    assert_eq!(
        (rows[0].query.as_str(), rows[0].total, rows[0].continued),
        ("zither", 2, false)
    );
    assert_eq!((rows[0].degraded, rows[0].at), (false, noon()));
    assert!(rows[0].visit_id.is_some() && rows[1].visit_id.is_none());
    assert!(rows[1].continued);
    assert_eq!(rows[2].query, "[withheld]");
    // Keys are left out: three of their digits may well spell a name.
    let kept = |row: &search_log::Model| !format!("{} {:?}", row.query, row.corrected).contains("ada");
    assert!(rows.iter().all(kept), "{rows:?}");
    assert_eq!(shop.app.search.log().lost(), 0);
    let (code, _) = shop
        .refused(SEARCH, json!({ "query": "x", "session": "s".repeat(129) }))
        .await;
    assert_eq!(code, "BAD_USER_INPUT");
}

#[tokio::test]
async fn the_log_writes_by_itself() {
    let (shop, _) = shop().await;
    for i in 0..50 {
        look(&shop, "", &format!("zither {i}")).await;
    }
    let end = std::time::Instant::now() + Duration::from_secs(30);
    while logged(&shop).await.len() < 50 {
        assert!(std::time::Instant::now() < end, "the log is not written");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn clicks_and_carts_are_attributed_once() {
    let (shop, product) = shop().await;
    let search = look(&shop, "ada", "zither").await;
    shop.app.clock.advance(Duration::from_secs(5));
    tell(&shop, "ada", "CLICK", &search, (&product, 2)).await;
    tell(&shop, "ada", "ADD", &search, (&product, 2)).await;
    // A second click on the same hit, and events that belong to no search, or to one of another time.
    let events = json!([
        { "id": "again", "kind": "CLICK", "productId": product, "searchId": search, "position": 2 },
        { "id": "view", "kind": "VIEW", "productId": product, "searchId": search },
        { "id": "none", "kind": "CLICK", "productId": product },
        { "id": "foreign", "kind": "CLICK", "productId": product, "searchId": "mine" },
        { "id": "ancient", "kind": "CLICK", "productId": product, "searchId": "search_01jd3v9k3hf2x8k3w2v5m0q7zt" },
    ]);
    let input = json!({ "sessionId": "ada", "consent": true, "events": events });
    shop.data(TRACK, json!({ "input": input })).await;
    let seen = insights(&shop, json!({})).await;
    let rows = search_attribution::Entity::find()
        .all(&shop.app.db)
        .await
        .expect("rows");
    assert_eq!(rows.len(), 2, "{rows:?}");
    let expected = json!({ "searches": 1, "zeroResults": 0, "degraded": 0, "clickedSearches": 1, "clicks": 1,
        "clickThroughRate": 1.0, "averageClickPosition": 2.0, "cartAdds": 1, "orders": 0 });
    assert_eq!(seen["counts"], expected);
    assert_eq!(
        seen["queries"]["nodes"],
        json!([{ "query": "zither", "counts": expected }])
    );
    assert_eq!(seen["clickPositions"], json!([{ "position": 2, "clicks": 1 }]));
    // Without consent nothing is told.
    let input = json!({ "sessionId": "bob", "consent": false, "events": [
        { "id": "1", "kind": "CLICK", "productId": product, "searchId": search }] });
    shop.data(TRACK, json!({ "input": input })).await;
    assert_eq!(insights(&shop, json!({})).await["counts"]["clicks"], 1);
}

/// Buys a unit of the first variant of `product`, with a cart of the visit `session`, and gives the order.
async fn buy(shop: &Shop, session: &str, product: &str) -> Value {
    let document = "query($id: ID!) { product(by: { id: $id }) { variants(first: 1) { id } } }";
    let data = shop.data(document, json!({ "id": product })).await;
    let variant = data["product"]["variants"][0]["id"]
        .as_str()
        .expect("a variant")
        .to_owned();
    let cart = shop.ready_cart(&variant, 1).await;
    let event =
        json!({ "id": format!("cart-{}", cart["id"].as_str().expect("an id")), "kind": "ADD", "productId": product });
    let input = json!({ "sessionId": session, "consent": true, "cartToken": cart["token"], "events": [event] });
    shop.data(TRACK, json!({ "input": input })).await;
    let payment = shop.pay(&cart, "tok_success").await;
    let mut done = shop.complete(&cart, &payment["payment"]["id"], Value::Null).await;
    assert_eq!(done["errors"], json!([]));
    done["order"].take()
}

#[tokio::test]
async fn an_order_is_attributed_to_the_latest_search_of_its_visit() {
    let (shop, product) = shop().await;
    let early = look(&shop, "ada", "alpha").await;
    tell(&shop, "ada", "CLICK", &early, (&product, 1)).await;
    shop.app.clock.advance(Duration::from_secs(600));
    let late = look(&shop, "ada", "zither").await;
    tell(&shop, "ada", "CLICK", &late, (&product, 1)).await;
    // Somebody else looked, too, and did not buy.
    let other = look(&shop, "bob", "beta").await;
    tell(&shop, "bob", "CLICK", &other, (&product, 3)).await;
    shop.app.clock.advance(Duration::from_secs(600));
    buy(&shop, "ada", &product).await;
    let seen = insights(&shop, json!({})).await;
    assert_eq!(seen["counts"]["orders"], 1, "{seen:#}");
    let orders = search_attribution::Entity::find()
        .all(&shop.app.db)
        .await
        .expect("rows");
    let bought: Vec<_> = orders.iter().filter(|row| row.order_id.is_some()).collect();
    assert_eq!(bought.len(), 1);
    assert_eq!(bought[0].search_id.to_string(), late);
}

#[tokio::test]
async fn an_order_a_day_later_or_of_something_else_is_not() {
    let (shop, product) = shop().await;
    let search = look(&shop, "ada", "zither").await;
    tell(&shop, "ada", "CLICK", &search, (&product, 1)).await;
    let other = create(&shop, "Unrelated Thing", "5.00", json!({})).await;
    shop.work().await;
    buy(&shop, "ada", &other).await;
    shop.app.clock.advance(Duration::from_secs(24 * 3600 + 60));
    buy(&shop, "ada", &product).await;
    assert_eq!(insights(&shop, json!({})).await["counts"]["orders"], 0);
}

#[tokio::test]
async fn staff_sees_what_is_looked_for_and_what_is_missed() {
    let (shop, product) = shop().await;
    for i in 0..12 {
        let search = look(&shop, &format!("visit-{i}"), "zither").await;
        if i == 0 {
            tell(&shop, "visit-0", "CLICK", &search, (&product, 4)).await;
        }
    }
    for _ in 0..3 {
        look(&shop, "", "xylograph").await;
    }
    look(&shop, "", "qwertzuiop").await;
    let found = look(&shop, "", "Alpha").await;
    tell(&shop, "x", "CLICK", &found, (&product, 1)).await;
    look(&shop, "", "").await;
    look(&shop, "", "4242 4242 4242 4242").await;
    let top = insights(&shop, json!({})).await;
    assert_eq!(queries(&top), ["zither", "xylograph", "alpha", "qwertzuiop"]);
    assert_eq!(top["counts"]["searches"], 18);
    assert_eq!(top["counts"]["zeroResults"], 5);
    assert_eq!(top["counts"]["averageClickPosition"], 2.5);
    let page = insights(&shop, json!({ "first": 3 })).await["queries"].take();
    assert_eq!(page["totalCount"], 4);
    assert_eq!(page["pageInfo"]["hasNextPage"], true);
    let rest = insights(&shop, json!({ "first": 3, "after": page["pageInfo"]["endCursor"] })).await;
    assert_eq!(queries(&rest), ["qwertzuiop"]);
    let empty = insights(&shop, json!({ "focus": "ZERO_RESULTS" })).await;
    assert_eq!(queries(&empty), ["xylograph", "qwertzuiop"]);
    let low = insights(&shop, json!({ "focus": "LOW_CLICK" })).await;
    assert_eq!(queries(&low), ["zither"]);
    // The cursor of one list is none of another.
    let foreign = json!({ "focus": "ZERO_RESULTS", "after": page["pageInfo"]["endCursor"] });
    assert_eq!(shop.staff().refused(INSIGHTS, foreign).await.0, "BAD_USER_INPUT");
    // Other days and other channels know nothing of it.
    let before = json!({ "to": noon() - TimeDelta::days(2) });
    assert_eq!(insights(&shop, before).await["counts"]["searches"], 0);
    let there = shop.staff().channel("eu").data(INSIGHTS, json!({})).await;
    assert_eq!(there["searchInsights"]["counts"]["searches"], 0);
    let backwards = json!({ "from": noon(), "to": noon() - TimeDelta::days(2) });
    assert_eq!(shop.staff().refused(INSIGHTS, backwards).await.0, "BAD_USER_INPUT");
}

#[tokio::test]
async fn what_visits_give_up_for_something_else_becomes_synonyms() {
    let (shop, product) = shop().await;
    for i in 0..4 {
        let session = format!("visit-{i}");
        look(&shop, &session, "kantele").await;
        // The fourth one takes too long: that is another thought.
        shop.app
            .clock
            .advance(Duration::from_secs(if i == 3 { 200 } else { 60 }));
        let found = look(&shop, &session, "zither").await;
        tell(&shop, &session, "CLICK", &found, (&product, 1)).await;
    }
    // Twice is too little; without a click there is nothing to learn.
    for i in 0..2 {
        look(&shop, &format!("twice-{i}"), "psaltery").await;
        let found = look(&shop, &format!("twice-{i}"), "zither").await;
        tell(&shop, &format!("twice-{i}"), "CLICK", &found, (&product, 1)).await;
    }
    for i in 0..3 {
        look(&shop, &format!("lost-{i}"), "dulcimer").await;
        look(&shop, &format!("lost-{i}"), "zither").await;
    }
    let seen = insights(&shop, json!({})).await;
    let expected = json!([{ "givenUp": "kantele", "foundBy": "zither", "sessions": 3 }]);
    assert_eq!(seen["synonymSuggestions"], expected);
    let staff = shop.staff();
    let wrong = json!({ "givenUp": "psaltery", "foundBy": "zither" });
    assert_eq!(
        staff.change_refused("searchSynonymSuggestionAccept", wrong).await.0,
        "NOT_FOUND"
    );
    let accept = json!({ "givenUp": "kantele", "foundBy": "zither" });
    let shown = "synonym { word words everywhere }";
    let made = staff.changed("searchSynonymSuggestionAccept", accept, shown).await;
    assert_eq!(
        made["synonym"],
        json!({ "word": "kantele", "words": ["zither"], "everywhere": false })
    );
    assert_eq!(insights(&shop, json!({})).await["synonymSuggestions"], json!([]));
    let found = shop.data(SEARCH, json!({ "query": "kantele" })).await;
    assert_eq!(found["search"]["totalCount"], 2);
}

#[tokio::test]
async fn popular_queries_are_suggested_when_enough_visits_made_them() {
    let (shop, product) = shop().await;
    let suggest = "query($query: String!) { searchSuggest(query: $query) { queries } }";
    let queries = async |text: &str| {
        let data = shop.data(suggest, json!({ "query": text })).await;
        let queries = data["searchSuggest"]["queries"].as_array().expect("queries").clone();
        queries
            .iter()
            .map(|q| q.as_str().expect("a query").to_owned())
            .collect::<Vec<_>>()
    };
    for i in 0..3 {
        let search = look(&shop, &format!("visit-{i}"), "zither alpha").await;
        tell(&shop, &format!("visit-{i}"), "CLICK", &search, (&product, 1)).await;
        look(&shop, &format!("visit-{i}"), "zither beta").await;
        look(&shop, &format!("visit-{i}"), "zither nonsenseword").await;
        look(&shop, &format!("visit-{i}"), "zither of ada@example.com").await;
    }
    // Many searches of two visits are two visits.
    for i in 0..8 {
        look(&shop, &format!("visit-{}", i % 2), "zither of aunt agatha").await;
        look(&shop, "", "zither of nobody").await;
    }
    assert!(!queries("zit").await.contains(&"zither alpha".to_owned()));
    insights(&shop, json!({})).await;
    let shown = queries("zit").await;
    assert_eq!(shown[0], "zither alpha", "{shown:?}");
    assert!(shown.contains(&"zither beta".to_owned()), "{shown:?}");
    for query in &shown {
        assert!(
            !query.contains("agatha") && !query.contains("nobody") && !query.contains("ada"),
            "{shown:?}"
        );
    }
    assert_eq!(queries("alpha").await[0], "zither alpha");
}

#[tokio::test]
async fn old_searches_go_and_counts_stay() {
    let (shop, product) = shop().await;
    let search = look(&shop, "ada", "zither").await;
    tell(&shop, "ada", "CLICK", &search, (&product, 1)).await;
    insights(&shop, json!({})).await;
    shop.app.clock.advance(Duration::from_secs(91 * 86_400));
    look(&shop, "bob", "zither").await;
    merx::search::flush(&shop.app).await.expect("written");
    merx::search::sweep(&shop.app).await.expect("swept");
    assert_eq!(logged(&shop).await.len(), 1);
    let rows = search_attribution::Entity::find()
        .all(&shop.app.db)
        .await
        .expect("rows");
    assert!(rows.is_empty(), "{rows:?}");
    let then = json!({ "from": noon(), "to": noon() });
    let seen = insights(&shop, then.clone()).await;
    assert_eq!(
        (&seen["counts"]["searches"], &seen["counts"]["clicks"]),
        (&json!(1), &json!(1))
    );
    shop.app.clock.advance(Duration::from_secs(700 * 86_400));
    merx::search::sweep(&shop.app).await.expect("swept");
    assert_eq!(insights(&shop, then).await["counts"]["searches"], 0);
}

#[tokio::test]
async fn counting_twice_counts_once_and_a_late_click_counts() {
    let (shop, product) = shop().await;
    let search = look(&shop, "ada", "zither").await;
    let first = insights(&shop, json!({})).await;
    assert_eq!(first["counts"]["searches"], 1);
    assert_eq!(insights(&shop, json!({})).await, first);
    shop.app.clock.advance(Duration::from_secs(86_400));
    tell(&shop, "ada", "CLICK", &search, (&product, 120)).await;
    let later = insights(&shop, json!({})).await;
    assert_eq!(later["counts"]["clicks"], 1);
    assert_eq!(later["clickPositions"], json!([{ "position": 101, "clicks": 1 }]));
}
