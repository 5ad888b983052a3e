//! Walks by meaning, and what the model is asked for: once, in time, and not for everything.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use merx::platform::clock::Clock;
use merx::search::embedder::{EmbedError, Embedder};
use serde_json::{Value, json};

use super::embedded::vector;
use super::{ask, create, names_of};
use crate::support::{Shop, noon};

/// A model that may go away, and counts what it is asked.
#[derive(Default)]
struct Fickle {
    away: AtomicBool,
    asked: AtomicUsize,
}

impl Fickle {
    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    fn turn(&self, away: bool) {
        self.away.store(away, Ordering::Relaxed);
    }
}

#[async_trait]
impl Embedder for Fickle {
    fn model(&self) -> &str {
        "fickle"
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, EmbedError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if self.away.load(Ordering::Relaxed) {
            return Err(EmbedError::Answer("nothing".to_owned()));
        }
        if texts.iter().any(|text| text.contains("Cursed")) {
            return Err(EmbedError::Refused("such texts".to_owned()));
        }
        Ok(texts.iter().map(|text| vector(text)).collect())
    }
}

/// A shop with six torches and six flashlights, which are the same to the model alone.
async fn shop() -> (Shop, Arc<Fickle>, Clock) {
    let (model, clock) = (Arc::new(Fickle::default()), Clock::frozen(noon()));
    let shop = Shop::embedding(clock.clone(), model.clone()).await;
    merx::search::prepare(&shop.app).await.expect("the index is built");
    for n in 1..=6 {
        create(&shop, &format!("Torch {n}"), "499.00", json!({})).await;
        create(&shop, &format!("Flashlight {n}"), "499.00", json!({})).await;
    }
    shop.work().await;
    (shop, model, clock)
}

async fn page(shop: &Shop, after: &Value) -> Value {
    ask(shop, json!({ "query": "torch ", "first": 3, "after": after })).await
}

/// Walks on behind `first`, and gives all names with how many pages were degraded.
async fn walk(shop: &Shop, first: Value) -> (Vec<String>, usize, usize) {
    let (mut names, mut degraded, mut pages) = (names_of(&first), usize::from(first["degraded"] == true), 1);
    let mut last = first;
    while last["pageInfo"]["hasNextPage"] == true {
        last = page(shop, &last["pageInfo"]["endCursor"]).await;
        names.extend(names_of(&last));
        degraded += usize::from(last["degraded"] == true);
        pages += 1;
        assert!(pages < 20, "{names:?}");
    }
    (names, degraded, pages)
}

fn once(mut names: Vec<String>) -> Vec<String> {
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all, "nothing comes twice: {names:?}");
    names
}

#[tokio::test]
async fn what_the_model_refuses_holds_up_nothing_else() {
    let (shop, model, _) = shop().await;
    create(&shop, "Cursed Torch", "499.00", json!({})).await;
    create(&shop, "Flashlight 7", "499.00", json!({})).await;
    // All of them by a model that has made none, in one batch.
    let other = shop
        .another_server_with(|builder| builder.embedder(Arc::new(Renamed(model))))
        .await;
    merx::search::rebuild(&other.app, |_| {}).await.expect("built");
    other.work().await;
    let found = ask(&other, json!({ "query": "torch ", "first": 50 })).await;
    assert_eq!(
        found["totalCount"], 14,
        "thirteen by meaning, the refused one by its words"
    );
    // Nor is it left alone for a search that it refuses.
    for _ in 0..5 {
        ask(&other, json!({ "query": "Cursed thing" })).await;
    }
    let found = ask(&other, json!({ "query": "torch", "first": 50 })).await;
    assert_eq!((&found["totalCount"], &found["degraded"]), (&json!(14), &json!(false)));
}

/// The same model by another name.
struct Renamed(Arc<Fickle>);

#[async_trait]
impl Embedder for Renamed {
    fn model(&self) -> &str {
        "renamed"
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, EmbedError> {
        self.0.embed(texts).await
    }
}

#[tokio::test]
async fn a_walk_that_began_without_the_model_goes_on_without() {
    let (shop, model, _) = shop().await;
    model.turn(true);
    let first = page(&shop, &Value::Null).await;
    assert_eq!((&first["degraded"], &first["totalCount"]), (&json!(true), &json!(6)));
    model.turn(false);
    let (names, degraded, pages) = walk(&shop, first).await;
    assert_eq!(once(names).len(), 6, "those that the words find");
    assert_eq!((degraded, pages), (2, 2));
    // One that begins now has it.
    assert_eq!(page(&shop, &Value::Null).await["totalCount"], 12);
}

#[tokio::test]
async fn a_walk_that_began_with_the_model_needs_it_once() {
    let (shop, model, _) = shop().await;
    let before = model.asked();
    let first = page(&shop, &Value::Null).await;
    assert_eq!((&first["degraded"], &first["totalCount"]), (&json!(false), &json!(12)));
    model.turn(true);
    let (names, degraded, pages) = walk(&shop, first.clone()).await;
    assert_eq!((once(names).len(), degraded, pages), (12, 0, 4));
    assert_eq!(model.asked(), before + 1);

    // Another server has not heard it: it goes on behind the product, by words.
    let deaf = Arc::new(Fickle::default());
    let other = shop.another_server_with(|builder| builder.embedder(deaf.clone())).await;
    merx::search::prepare(&other.app).await.expect("the index is built");
    deaf.turn(true);
    let shown = names_of(&first);
    let rest = page(&other, &first["pageInfo"]["endCursor"]).await;
    assert_eq!(rest["degraded"], true);
    let (names, degraded, pages) = walk(&other, rest).await;
    assert_eq!(degraded, pages, "and ends so");
    let last = shown.last().expect("a hit");
    assert!(!once(names.clone()).contains(last), "{last} is behind us: {names:?}");
    assert!(names.iter().all(|name| name.starts_with("Torch")), "{names:?}");
    assert_eq!(deaf.asked(), 1, "later pages do not ask");
}

#[tokio::test]
async fn a_model_that_fails_is_left_alone_for_a_while() {
    let (shop, model, clock) = shop().await;
    model.turn(true);
    let before = model.asked();
    for n in 0..9 {
        let answer = ask(&shop, json!({ "query": format!("lamp {n} ") })).await;
        assert_eq!(answer["degraded"], true);
    }
    assert_eq!(model.asked(), before + 3);
    model.turn(false);
    clock.advance(Duration::from_secs(6));
    assert_eq!(ask(&shop, json!({ "query": "lamp " })).await["degraded"], false);
    assert_eq!(model.asked(), before + 4);
}

#[tokio::test]
async fn the_model_is_asked_for_what_needs_it_alone() {
    let (shop, model, _) = shop().await;
    let before = model.asked();
    for variables in [
        json!({ "query": "" }),
        json!({ "query": "torch ", "sort": "PRICE_ASC" }),
        json!({ "query": "\"torch 1\"" }),
        json!({ "query": "lamp for anna@example.com" }),
        json!({ "query": "-torch" }),
    ] {
        assert_eq!(ask(&shop, variables.clone()).await["degraded"], false, "{variables}");
        assert_eq!(model.asked(), before, "{variables}");
    }
    // Nothing is found, and what is offered instead is found by words.
    let document =
        "query($filters: [SearchFilterInput!]) { search(query: \"torch lamp xqzvbn wkjhgf\", filters: $filters) {
        totalCount rescue { kind } } }";
    let filters = json!([{ "key": "brand", "values": ["Nobody"] }]);
    let search = shop.data(document, json!({ "filters": filters })).await["search"].take();
    assert_eq!(search["totalCount"], 0);
    assert_eq!(search["rescue"]["kind"], "WITHOUT_FILTERS");
    assert_eq!(model.asked(), before + 1);
}

#[tokio::test]
async fn an_index_is_built_without_the_model_and_a_job_asks_it() {
    let model = Arc::new(Fickle::default());
    let shop = Shop::embedding(Clock::system(), model.clone()).await;
    model.turn(true);
    merx::search::prepare(&shop.app).await.expect("the index is built");
    assert_eq!(model.asked(), 0, "nobody waits for it");
    assert!(!names_of(&ask(&shop, json!({ "query": "lamp " })).await).is_empty());
    model.turn(false);
    shop.work().await;
    assert_eq!(shop.dead_jobs().await, 0);
    let before = model.asked();
    // All vectors are there: a server that starts asks for none.
    merx::search::prepare(&shop.app).await.expect("nothing to do");
    merx::search::rebuild(&shop.app, |_| {}).await.expect("built again");
    shop.work().await;
    assert_eq!(model.asked(), before);
}
