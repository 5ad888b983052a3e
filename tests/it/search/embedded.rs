//! Search by meaning beside search by words: a deterministic model, an HTTP endpoint of our own, and one that is away.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use merx::app::Builder;
use merx::platform::clock::Clock;
use merx::search::embedder::{EmbedError, Embedder};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use super::{ask, create, names};
use crate::support::{Shop, config};

/// A model that knows some words for the same thing, and takes every other word for a direction of its own.
struct Concepts {
    asked: AtomicUsize,
}

const CONCEPTS: [&[&str]; 2] = [&["sofa", "couch", "settee"], &["torch", "flashlight"]];
const DIMENSIONS: usize = 64;

pub(super) fn vector(text: &str) -> Vec<f32> {
    let mut vector = vec![0.0; DIMENSIONS];
    for word in text
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
    {
        let concept = CONCEPTS.iter().position(|words| words.contains(&word));
        let hash = || {
            word.bytes()
                .fold(7_usize, |hash, b| hash.wrapping_mul(31) + usize::from(b))
        };
        let at = concept.unwrap_or_else(|| CONCEPTS.len() + hash() % (DIMENSIONS - CONCEPTS.len()));
        vector[at] += if concept.is_some() { 4.0 } else { 1.0 };
    }
    vector
}

#[async_trait]
impl Embedder for Concepts {
    fn model(&self) -> &str {
        "concepts"
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, EmbedError> {
        self.asked.fetch_add(texts.len(), Ordering::Relaxed);
        Ok(texts.iter().map(|text| vector(text)).collect())
    }
}

/// A demo shop with `embedder`, with an index.
async fn shop_with(embedder: Arc<dyn Embedder>) -> Shop {
    let shop = Shop::embedding(Clock::system(), embedder).await;
    merx::search::prepare(&shop.app).await.expect("the index is built");
    shop.work().await;
    shop
}

#[tokio::test]
async fn a_product_is_found_by_what_it_means() {
    let model = Arc::new(Concepts {
        asked: AtomicUsize::new(0),
    });
    let shop = shop_with(model.clone()).await;
    let built = model.asked.load(Ordering::Relaxed);
    assert!(built >= 70, "every product of the demo shop has a vector: {built}");
    create(&shop, "Velvet Settee", "499.00", json!({})).await;
    create(&shop, "Couch Cover", "39.00", json!({})).await;
    shop.work().await;
    let found = names(&shop, "settee ").await;
    assert_eq!(found[0], "Velvet Settee", "what words and meaning find comes first");
    assert!(found.contains(&"Couch Cover".to_owned()), "{found:?}");
    let words = names(&shop, r#""velvet settee""#).await;
    assert_eq!(words, ["Velvet Settee"], "a phrase means what it says");
    // The same texts are not sent again.
    let before = model.asked.load(Ordering::Relaxed);
    merx::search::rebuild(&shop.app, |_| {})
        .await
        .expect("the index is built again");
    assert_eq!(model.asked.load(Ordering::Relaxed), before);
}

#[tokio::test]
async fn a_look_for_missing_vectors_that_fails_keeps_no_server_from_starting() {
    let shop = shop_with(Arc::new(Concepts {
        asked: AtomicUsize::new(0),
    }))
    .await;
    shop.app
        .db
        .execute_unprepared("DROP TABLE product_vector")
        .await
        .expect("it is gone");
    merx::search::prepare(&shop.app).await.expect("the index is there");
}

#[tokio::test]
async fn a_vector_that_is_given_is_kept() {
    let model = Arc::new(Concepts {
        asked: AtomicUsize::new(0),
    });
    let shop = shop_with(model.clone()).await;
    let id = create(&shop, "Nameless Thing", "5.00", json!({})).await;
    shop.work().await;
    assert!(!names(&shop, "flashlight ").await.contains(&"Nameless Thing".to_owned()));
    let product = id.parse().expect("a key");
    merx::search::give_vector(&shop.app, product, &vector("torch"))
        .await
        .expect("it is kept");
    merx::search::index_products(&shop.app, vec![product])
        .await
        .expect("it is indexed");
    assert_eq!(
        names(&shop, "flashlight ").await.first().map(String::as_str),
        Some("Nameless Thing")
    );
    assert!(
        merx::search::give_vector(&shop.app, product, &[f32::NAN])
            .await
            .is_err()
    );
}

/// How our endpoint behaves.
#[derive(Clone, Copy)]
enum Mood {
    Well,
    Slow,
    Refusing,
    Garbled,
}

async fn endpoint(mood: Mood) -> String {
    async fn answer(
        State(mood): State<Mood>,
        headers: HeaderMap,
        Json(body): Json<Value>,
    ) -> (StatusCode, Json<Value>) {
        assert_eq!(headers["authorization"], "Bearer a-key");
        assert_eq!(body["model"], "concepts");
        match mood {
            Mood::Well => {}
            Mood::Slow => tokio::time::sleep(Duration::from_secs(30)).await,
            Mood::Refusing => return (StatusCode::TOO_MANY_REQUESTS, Json(json!({ "error": "too many" }))),
            Mood::Garbled => {
                return (
                    StatusCode::OK,
                    Json(json!({ "data": [{ "index": 9, "embedding": [1.0] }] })),
                );
            }
        }
        let texts = body["input"].as_array().expect("texts");
        // Out of order, as the format allows.
        let data: Vec<Value> = (0..texts.len())
            .rev()
            .map(|i| json!({ "object": "embedding", "index": i, "embedding": vector(texts[i].as_str().expect("a text")) }))
            .collect();
        (
            StatusCode::OK,
            Json(json!({ "object": "list", "data": data, "model": "concepts" })),
        )
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = Router::new().route("/v1/embeddings", post(answer)).with_state(mood);
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}/v1/embeddings")
}

async fn shop_at(url: String) -> Shop {
    Shop::configured(|config| {
        config.embeddings.url = Some(url);
        config.embeddings.key = Some("a-key".into());
        config.embeddings.model = "concepts".to_owned();
    })
    .await
}

#[tokio::test]
async fn an_endpoint_in_the_usual_format_makes_the_vectors() {
    let shop = shop_at(endpoint(Mood::Well).await).await;
    merx::search::prepare(&shop.app).await.expect("the index is built");
    create(&shop, "Couch", "499.00", json!({})).await;
    shop.work().await;
    let answer = super::in_time(&shop, json!({ "query": "settee " })).await;
    assert_eq!(super::names_of(&answer)[0], "Couch");
    assert_eq!(answer["degraded"], false);
}

#[tokio::test]
async fn search_goes_on_without_the_endpoint() {
    for mood in [Mood::Slow, Mood::Refusing, Mood::Garbled] {
        let shop = shop_at(endpoint(mood).await).await;
        // The index is built without vectors, by words alone.
        let folder = shop.folder().to_owned();
        let url = shop.app.config.database_url();
        let plain = Builder::new(config(&folder, Some(&url)))
            .build()
            .await
            .expect("the application opens");
        merx::search::prepare(&plain).await.expect("the index is built");
        let begun = Instant::now();
        let answer = ask(&shop, json!({ "query": "lamp " })).await;
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
        assert_eq!(answer["degraded"], true);
        assert!(answer["totalCount"].as_i64() > Some(1));
    }
}
