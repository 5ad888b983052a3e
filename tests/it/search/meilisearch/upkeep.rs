//! Keeping Meilisearch up: what is written while it is built, what it did not take, what words mean, who does it. And how
//! long it is waited for.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use entity::search::{search_lease, search_missing};
use entity::{ChannelId, ProductId};
use futures_util::StreamExt;
use merx::config::SearchEngine;
use merx::platform::clock::Clock;
use merx::platform::id::Ids;
use merx::search::engine::{Batch, Engine, Filter, Owner, SearchRequest, Vector, from_config};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, PaginatorTrait};
use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use super::super::{create, names};
use super::Real;
use super::catalogue::{batches, document, documents, product};
use super::outage::manners;
use super::recovery::everything;
use super::server::{Manner, Server};
use super::small::Small;
use crate::support::{Shop, config, noon};

/// What a search may take in all.
const PROMISED: Duration = Duration::from_millis(300);
/// What Meilisearch may take in these tests, if nothing else ends the wait.
const PATIENT: Duration = Duration::from_secs(30);
const OWNER: Owner = Owner(Some(ChannelId(Uuid::from_u128(1))));

fn address(real: &Real) -> String {
    real.url.trim_start_matches("http://").to_owned()
}

/// A shop beside a small server, which stands behind another one that can be told to go away.
async fn shop(real: &Real) -> (Shop, Server, Clock) {
    let server = Server::start(Manner::Real(address(real))).await;
    let clock = Clock::frozen(noon());
    let shop = Shop::clocked(clock.clone(), |config| {
        real.configure(config, &server.url, SearchEngine::Fused)
    })
    .await;
    merx::search::prepare(&shop.app)
        .await
        .expect("the embedded index is built");
    (shop, server, clock)
}

async fn missing(shop: &Shop) -> u64 {
    search_missing::Entity::find()
        .count(&shop.app.db)
        .await
        .expect("a count")
}

#[tokio::test]
async fn what_is_written_while_an_index_is_built_is_in_it() {
    let real = Real::small(Small::forgetful().await);
    let (shop, ..) = shop(&real).await;
    merx::search::mend(&shop.app, false).await.expect("it is built");
    let first = everything(&real).await;
    merx::search::mend(&shop.app, true).await.expect("it is built anew");
    assert_eq!(everything(&real).await, first);
    assert_eq!(merx::search::mend(&shop.app, false).await.expect("compared"), 0);
    assert!(!merx::search::lags(&shop.app).await.expect("the database"));
}

#[tokio::test]
async fn what_was_not_taken_is_known_by_every_process_and_written_alone() {
    let real = Real::small(Small::start().await);
    let (shop, server, clock) = shop(&real).await;
    merx::search::mend(&shop.app, false).await.expect("it is built");
    let id: ProductId = create(&shop, "Hurdy Gurdy", "5.00", json!({}))
        .await
        .parse()
        .expect("a key");
    server.turn(Manner::Gone);
    for _ in 0..2 {
        merx::search::index_products(&shop.app, vec![id])
            .await
            .expect("the embedded index has it");
    }
    assert_eq!(missing(&shop).await, 1);
    assert!(merx::search::mend_missing(&shop.app).await.is_err(), "it is still away");
    assert_eq!(missing(&shop).await, 1);

    server.turn(Manner::Real(address(&real)));
    clock.advance(Duration::from_secs(6));
    // Somebody else took a document away: to find that takes a look at all of them.
    let held = everything(&real).await;
    let other = held.keys().next().expect("a document").clone();
    let path = format!("/indexes/{}/documents/delete-batch", real.indexes().await[0]);
    real.ask(reqwest::Method::POST, &path, Some(json!([other]))).await;
    let elsewhere = shop.another_server().await;
    merx::search::prepare(&elsewhere.app)
        .await
        .expect("the embedded index is built");
    assert_eq!(merx::search::mend_missing(&elsewhere.app).await.expect("it is back"), 1);
    let mut now = everything(&real).await;
    now.retain(|key, _| !held.contains_key(key));
    assert!(now.values().any(|row| row["title"] == "Hurdy Gurdy"), "{now:?}");
    assert!(
        !everything(&real).await.contains_key(&other),
        "nothing else was looked at"
    );
    assert_eq!(missing(&shop).await, 0);
    assert_eq!(merx::search::mend(&shop.app, false).await.expect("compared"), 1);
    assert!(everything(&real).await.contains_key(&other));
}

#[tokio::test]
async fn what_takes_its_time_is_waited_for() {
    let (small, url) = Small::here().await;
    let real = Real::small(url);
    let (shop, ..) = shop(&real).await;
    merx::search::mend(&shop.app, false).await.expect("it is built");
    let id = create(&shop, "Hurdy Gurdy", "5.00", json!({})).await;
    // Longer than the three seconds for what words mean, which nobody waits for.
    small.slow(Duration::from_secs(4));
    let id = id.parse().expect("a key");
    merx::search::index_products(&shop.app, vec![id])
        .await
        .expect("written");
    assert_eq!(missing(&shop).await, 0);
    let held = everything(&real).await;
    assert!(held.values().any(|row| row["title"] == "Hurdy Gurdy"), "{held:?}");
}

#[tokio::test]
async fn two_who_bring_in_the_same_do_not_take_each_other_for_a_failure() {
    let real = Real::small(Small::start().await);
    let (shop, server, clock) = shop(&real).await;
    merx::search::mend(&shop.app, false).await.expect("it is built");
    let other = shop.another_server().await;
    merx::search::prepare(&other.app).await.expect("the index is built");
    let id = create(&shop, "Hurdy Gurdy", "5.00", json!({})).await;
    server.turn(Manner::Gone);
    merx::search::index_products(&shop.app, vec![id.parse().expect("a key")])
        .await
        .expect("the embedded index has it");
    assert_eq!(missing(&shop).await, 1);
    server.turn(Manner::Real(address(&real)));
    clock.advance(Duration::from_secs(6));
    let both = tokio::join!(
        merx::search::mend_missing(&shop.app),
        merx::search::mend_missing(&other.app)
    );
    assert!(both.0.is_ok() && both.1.is_ok(), "{both:?}");
    assert_eq!(missing(&shop).await, 0);
}

#[tokio::test]
async fn one_process_at_a_time_looks_after_it() {
    let real = Real::small(Small::start().await);
    let (shop, _server, clock) = shop(&real).await;
    let lease = search_lease::Model {
        name: "search.mend".to_owned(),
        holder: Uuid::from_u128(7),
        until: noon() + TimeDelta::seconds(60),
    };
    lease
        .into_active_model()
        .insert(&shop.app.db)
        .await
        .expect("another process has it");
    assert!(merx::search::mend(&shop.app, false).await.is_err());
    assert_eq!(real.indexes().await, Vec::<String>::new());
    clock.advance(Duration::from_secs(61));
    merx::search::mend(&shop.app, false)
        .await
        .expect("the other one went away without a word");
    assert_eq!(real.indexes().await.len(), 1);
    let left = search_lease::Entity::find().count(&shop.app.db).await.expect("a count");
    assert_eq!(left, 0, "it is given back");
}

/// What the only index knows of words.
async fn synonyms(real: &Real) -> Value {
    let path = format!("/indexes/{}/settings", real.indexes().await[0]);
    real.ask(reqwest::Method::GET, &path, None).await["synonyms"].take()
}

#[tokio::test]
async fn words_are_told_once_in_the_language_of_their_channel_and_outlive_a_build() {
    let real = Real::small(Small::start().await);
    let shop = Shop::configured(|config| {
        real.configure(config, &real.url, SearchEngine::Fused);
        config.catalogue.languages = vec!["en".to_owned(), "eu=de".to_owned()];
    })
    .await;
    merx::search::prepare(&shop.app)
        .await
        .expect("the embedded index is built");
    merx::search::mend(&shop.app, false).await.expect("it is built");
    let staff = shop.staff();
    let teach = async |staff: &Shop, words: Value| {
        let made = staff
            .changed("searchSynonymCreate", json!({ "words": words }), "synonym { id }")
            .await;
        made["synonym"]["id"].clone()
    };
    teach(&staff, json!(["Zithers", "kantele"])).await;
    teach(&staff.channel("eu"), json!(["Stühle", "Lampen"])).await;
    shop.work().await;
    let expected = json!({ "zither": ["kantele"], "kantele": ["zither"], "stuhl": ["lamp"], "lamp": ["stuhl"] });
    assert_eq!(synonyms(&real).await, expected);

    // Searches of both channels, which know different words, tell it nothing.
    let tasks = async || {
        real.ask(reqwest::Method::GET, "/tasks", None).await["results"]
            .as_array()
            .map(Vec::len)
    };
    let before = tasks().await;
    for _ in 0..3 {
        for channel in ["us", "eu"] {
            names(&shop.channel(channel), "lamp ").await;
        }
    }
    assert_eq!(tasks().await, before);

    // A process that was never told builds the index anew.
    let other = shop.another_server().await;
    merx::search::mend(&other.app, true).await.expect("built anew");
    assert_eq!(synonyms(&real).await, expected);
}

/// An engine beside `server`, with a small catalogue in its embedded index.
async fn engine(server: &Server, kind: SearchEngine, clock: &Clock) -> (Arc<dyn Engine>, tempfile::TempDir) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut config = config(folder.path(), None);
    config.services.meilisearch_url = Some(server.url.clone());
    config.search.engine = Some(kind);
    config.search.meilisearch_deadline = u64::try_from(PATIENT.as_millis()).expect("small");
    let ids = Ids::from_os(clock.clone()).expect("randomness");
    let engine = from_config(&config, clock, &ids).expect("the engine opens");
    let all = futures_util::stream::iter(batches(&documents())).boxed();
    engine.rebuild(OWNER, all).await.expect("rebuilt");
    (engine, folder)
}

fn request(text: &str) -> SearchRequest {
    SearchRequest {
        owner: OWNER,
        channel: "us".to_owned(),
        text: text.to_owned(),
        until: Some(Instant::now() + merx::search::OUTSIDE),
        limit: 10,
        facets: true,
        ..SearchRequest::default()
    }
}

#[tokio::test]
async fn a_search_waits_no_longer_than_it_may() {
    // The rest is for the embedded index, which takes some milliseconds.
    assert!(merx::search::OUTSIDE <= PROMISED * 2 / 3);
    for kind in [SearchEngine::Fused, SearchEngine::Meilisearch] {
        for manner in manners() {
            let server = Server::start(manner.clone()).await;
            let (engine, _folder) = engine(&server, kind, &Clock::frozen(noon())).await;
            for _ in 0..2 {
                let begun = Instant::now();
                let answer = engine.search(request("headphones ")).await.expect("an answer");
                // Meilisearch alone would be waited for a hundred times longer: no noise of a machine hides that.
                assert!(
                    begun.elapsed() < PATIENT / 2,
                    "{kind:?} {manner:?}: {:?}",
                    begun.elapsed()
                );
                assert!(answer.degraded && answer.total == 3, "{kind:?} {manner:?}");
            }
            let asked = server.connections();
            // Nobody is asked when the time is over.
            let late = SearchRequest {
                until: Some(Instant::now()),
                ..request("headphones ")
            };
            assert!(engine.search(late).await.expect("an answer").degraded);
            assert_eq!(server.connections(), asked, "{kind:?} {manner:?}");
        }
    }
}

#[tokio::test]
async fn a_large_collection_is_no_filter_for_meilisearch() {
    let server = Server::start(Manner::Gone).await;
    let (engine, _folder) = engine(&server, SearchEngine::Meilisearch, &Clock::frozen(noon())).await;
    let within = |count: u128| SearchRequest {
        filters: vec![Filter::Products((1..=count).map(product).collect())],
        ..request("headphones ")
    };
    let answer = engine.search(within(1_001)).await.expect("an answer");
    assert_eq!((answer.total, answer.degraded), (3, false));
    assert_eq!(server.connections(), 0);
    let answer = engine.search(within(1_000)).await.expect("an answer");
    assert_eq!((answer.total, answer.degraded), (3, true));
    assert!(server.connections() > 0);
}

#[tokio::test]
async fn the_model_is_asked_while_meilisearch_is() {
    let server = Server::start(Manner::Status(500)).await;
    let (engine, _folder) = engine(&server, SearchEngine::Fused, &Clock::frozen(noon())).await;
    // A model that answers when Meilisearch has been asked: who asked it first would wait for ever.
    let meaning = async {
        while server.connections() == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Some(Vector {
            model: "patient".into(),
            numbers: vec![1.0].into(),
        })
    };
    let search = engine.search_by(request("headphones "), Box::pin(meaning));
    let answer = tokio::time::timeout(PATIENT, search)
        .await
        .expect("both are asked")
        .expect("an answer");
    assert!(answer.degraded && answer.by_vector);
}

#[tokio::test]
async fn the_embedded_index_does_not_wait_for_what_is_beside_it() {
    let server = Server::start(Manner::Silent).await;
    let (engine, _folder) = engine(&server, SearchEngine::Fused, &Clock::frozen(noon())).await;
    let written: Vec<ProductId> = (500..510).map(product).collect();
    for n in 500..510 {
        let batch = Batch {
            products: vec![product(n)],
            documents: vec![document(n, "Marimba", 100)],
        };
        engine.write(OWNER, batch).await.expect("written");
    }
    assert_eq!(server.connections(), 0, "nobody waits for Meilisearch");
    let plain = SearchRequest {
        plain: true,
        ..request("marimba ")
    };
    assert_eq!(engine.search(plain).await.expect("an answer").total, 10);
    assert_eq!(
        engine.settle(OWNER, &written).await,
        written,
        "which are missing is known"
    );
    assert_eq!(engine.settle(OWNER, &[product(1)]).await, [], "and no others");
}
