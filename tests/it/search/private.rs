//! What a model of embeddings is told of what shoppers type.

use std::sync::Arc;

use async_trait::async_trait;
use merx::platform::clock::Clock;
use merx::search::embedder::{EmbedError, Embedder};
use merx::search::words::{QUERY_MAX, bounded};
use parking_lot::Mutex;
use serde_json::json;

use super::ask;
use super::insight::logged;
use crate::support::Shop;

/// A model that remembers what it was asked for.
#[derive(Default)]
pub(super) struct Listener(Mutex<Vec<String>>);

impl Listener {
    /// The texts of searches, in their order.
    pub(super) fn heard(&self) -> Vec<String> {
        self.0.lock().clone()
    }
}

#[async_trait]
impl Embedder for Listener {
    fn model(&self) -> &str {
        "listener"
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, EmbedError> {
        self.0.lock().extend(texts.iter().cloned());
        Ok(texts.iter().map(|_| vec![1.0, 0.0]).collect())
    }
}

pub(super) async fn shop() -> (Shop, Arc<Listener>) {
    let listener = Arc::new(Listener::default());
    let shop = Shop::embedding(Clock::system(), listener.clone()).await;
    merx::search::prepare(&shop.app).await.expect("the index is built");
    listener.0.lock().clear();
    (shop, listener)
}

#[tokio::test]
async fn a_model_is_not_told_who_somebody_is() {
    let (shop, listener) = shop().await;
    for personal in ["ada@example.com lamp", "0170 1234567", "DE89 3704 0044 0532 0130 00"] {
        let answer = ask(&shop, json!({ "query": personal })).await;
        assert_eq!(answer["degraded"], false, "nothing is missing: {personal}");
    }
    assert!(listener.heard().is_empty(), "{:?}", listener.heard());
    ask(&shop, json!({ "query": "lamp" })).await;
    assert_eq!(listener.heard(), ["lamp"]);
}

#[tokio::test]
async fn of_a_long_text_only_the_beginning_goes_anywhere() {
    let (shop, listener) = shop().await;
    let long = format!("lamp {}", "é".repeat(20_000));
    let found = ask(&shop, json!({ "query": long })).await;
    let heard = listener.heard();
    assert_eq!(heard.len(), 1);
    assert!(bounded(&long).starts_with(&heard[0]), "{}", heard[0].len());
    assert!(heard[0].chars().count() <= QUERY_MAX);
    let rescued =
        "query($query: String!) { search(query: $query, filters: [{ key: \"brand\", values: [\"Nobody\"] }]) {
        rescue { kind query } } }";
    let rescue = shop.data(rescued, json!({ "query": long })).await["search"]["rescue"].take();
    assert_eq!(rescue["kind"], "WITHOUT_FILTERS");
    assert_eq!(rescue["query"], bounded(&long));
    merx::search::flush(&shop.app).await.expect("written");
    assert!(
        logged(&shop)
            .await
            .iter()
            .all(|row| row.query.chars().count() <= QUERY_MAX)
    );
    // A second page is one of the same search.
    let first = ask(&shop, json!({ "query": long, "first": 1 })).await;
    let after = first["pageInfo"]["endCursor"].clone();
    let second = ask(&shop, json!({ "query": long, "first": 1, "after": after })).await;
    assert_eq!(second["totalCount"], found["totalCount"]);
    // Suggestions too.
    let suggest = "query($query: String!) { searchSuggest(query: $query) { queries } }";
    shop.data(suggest, json!({ "query": long })).await;
}

#[test]
fn a_text_is_cut_between_characters() {
    assert_eq!(bounded("lamp"), "lamp");
    assert_eq!(bounded(""), "");
    let exact = "é".repeat(QUERY_MAX);
    assert_eq!(bounded(&exact), exact);
    assert_eq!(bounded(&format!("{exact}x")), exact);
}
