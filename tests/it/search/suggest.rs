//! Suggestions while somebody types.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::shop;

const SUGGEST: &str = "query($query: String!, $limit: Int! = 8) {
  searchSuggest(query: $query, limit: $limit) { products { id slug name } categories { slug name } brands queries }
}";

fn texts(value: &Value, field: Option<&str>) -> Vec<String> {
    let text = |v: &Value| field.map_or(v, |f| &v[f]).as_str().expect("a text").to_owned();
    value.as_array().expect("a list").iter().map(text).collect()
}

#[tokio::test]
async fn a_beginning_suggests_products_categories_brands_and_queries() {
    let shop = shop().await;
    let answer = shop.data(SUGGEST, json!({ "query": "headp" })).await["searchSuggest"].take();
    assert_eq!(texts(&answer["products"], Some("name")).len(), 3, "{answer:#}");
    assert_eq!(texts(&answer["categories"], Some("slug")), ["headphones"]);
    assert_eq!(texts(&answer["queries"], None), ["headphones"]);
    let brand = shop.data(SUGGEST, json!({ "query": "Aria" })).await["searchSuggest"].take();
    assert_eq!(texts(&brand["brands"], None), ["Aria Works"]);
    let two = shop.data(SUGGEST, json!({ "query": "reading l" })).await["searchSuggest"].take();
    assert!(
        texts(&two["products"], Some("name")).contains(&"Owl Reading Lamp".to_owned()),
        "{two:#}"
    );
    let more = shop.data(SUGGEST, json!({ "query": "reading la" })).await["searchSuggest"].take();
    assert!(
        texts(&more["queries"], None)
            .iter()
            .any(|q| q.starts_with("reading lamp")),
        "{more:#}"
    );
}

#[tokio::test]
async fn nothing_typed_suggests_nothing_and_limits_hold() {
    let shop = shop().await;
    let nothing = shop.data(SUGGEST, json!({ "query": " " })).await["searchSuggest"].take();
    assert_eq!(
        nothing,
        json!({ "products": [], "categories": [], "brands": [], "queries": [] })
    );
    let few = shop.data(SUGGEST, json!({ "query": "s", "limit": 2 })).await["searchSuggest"].take();
    assert!(texts(&few["products"], Some("name")).len() <= 2);
    let (code, _) = shop.refused(SUGGEST, json!({ "query": "s", "limit": 21 })).await;
    assert_eq!(code, "BAD_USER_INPUT");
}

#[tokio::test]
async fn suggestions_are_fast() {
    let shop = shop().await;
    shop.data(SUGGEST, json!({ "query": "hea" })).await;
    let mut soonest = Duration::MAX;
    for _ in 0..3 {
        let begun = Instant::now();
        for letters in 1..="headphones".len() {
            shop.data(SUGGEST, json!({ "query": "headphones"[..letters] })).await;
        }
        soonest = soonest.min(begun.elapsed());
    }
    // Ten of them; generous, since other tests run at the same time.
    assert!(soonest < Duration::from_secs(1), "{soonest:?}");
}
