//! R10: what was changed while Meilisearch was away is brought in: index = database.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use entity::ProductId;
use entity::catalog::product::ProductStatus;
use entity::catalog::{product, product_listing};
use entity::channel::channel;
use merx::config::SearchEngine;
use merx::platform::clock::Clock;
use merx::platform::text::sha256_hex;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use super::super::{SEARCH, create, in_time, names_of, update};
use super::Real;
use super::server::{Manner, Server};
use crate::support::{Shop, noon};

/// All documents of the only index of `real`, by key.
pub(super) async fn everything(real: &Real) -> BTreeMap<String, Value> {
    let indexes = real.indexes().await;
    assert_eq!(indexes.len(), 1, "{indexes:?}");
    let path = format!("/indexes/{}/documents/fetch", indexes[0]);
    let all = real
        .ask(reqwest::Method::POST, &path, Some(json!({ "limit": 10_000 })))
        .await;
    let rows = all["results"].as_array().expect("documents").clone();
    let key = |row: &Value| row["id"].as_str().expect("a key").to_owned();
    rows.into_iter().map(|row| (key(&row), row)).collect()
}

/// The keys of the documents that the database asks for: one for each channel that shows a product with a price.
async fn expected(shop: &Shop) -> BTreeSet<String> {
    let db = &shop.app.db;
    let products = product::Entity::find().filter(product::Column::Status.eq(ProductStatus::Active));
    let products: BTreeSet<ProductId> = products
        .all(db)
        .await
        .expect("products")
        .into_iter()
        .map(|p| p.id)
        .collect();
    let channels = channel::Entity::find().all(db).await.expect("channels");
    let listings = product_listing::Entity::find()
        .filter(product_listing::Column::Published.eq(true))
        .filter(product_listing::Column::MinPrice.is_not_null())
        .all(db)
        .await
        .expect("listings");
    let keys = listings
        .into_iter()
        .filter(|listing| products.contains(&listing.product_id))
        .map(|listing| {
            let channel = channels.iter().find(|c| c.id == listing.channel_id).expect("a channel");
            let token = &sha256_hex(&channel.slug)[..24];
            format!("{}_{token}", listing.product_id.0.simple())
        });
    let keys: BTreeSet<String> = keys.collect();
    assert!(keys.len() > 50, "{}", keys.len());
    keys
}

async fn id(shop: &Shop, name: &str, more: Value) -> ProductId {
    create(shop, name, "5.00", more).await.parse().expect("a key")
}

#[tokio::test]
async fn after_an_outage_the_index_holds_what_the_database_says() {
    for real in Real::both("recovery").await {
        recovers(real).await;
    }
}

async fn recovers(real: Real) {
    let address = real.url.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let server = Server::start(Manner::Real(address.clone())).await;
    let clock = Clock::frozen(noon());
    let shop = Shop::clocked(clock.clone(), |config| {
        real.configure(config, &server.url, SearchEngine::Fused);
    })
    .await;
    merx::search::prepare(&shop.app)
        .await
        .expect("the embedded index is built");
    let owner = merx::search::owner(&shop.app).await.expect("a default channel");
    let engine = shop.app.search.engine();
    assert!(engine.lags(owner).await, "there is no index yet");
    merx::search::mend(&shop.app, false).await.expect("it is built");
    assert!(!engine.lags(owner).await);
    let kept = id(&shop, "Hurdy Gurdy", json!({})).await;
    let lost = id(&shop, "Nyckelharpa", json!({})).await;
    merx::search::index_products(&shop.app, vec![kept, lost])
        .await
        .expect("indexed");
    let before = everything(&real).await;
    assert!(before.values().any(|row| row["title"] == "Hurdy Gurdy"));

    server.turn(Manner::Gone);
    update(&shop, json!({ "id": kept.to_string(), "name": "Hurdy Gurdy Deluxe" })).await;
    update(&shop, json!({ "id": lost.to_string(), "status": "ARCHIVED" })).await;
    let new = id(&shop, "Theremin", json!({})).await;
    for product in [kept, lost, new] {
        merx::search::index_products(&shop.app, vec![product])
            .await
            .expect("the embedded index has it");
    }
    let asked = shop.data(SEARCH, json!({ "query": "theremin " })).await["search"].take();
    assert_eq!(
        (names_of(&asked), &asked["degraded"]),
        (vec!["Theremin".to_owned()], &json!(true))
    );
    assert_eq!(everything(&real).await, before, "nothing came through");
    assert!(merx::search::lags(&shop.app).await.expect("the database"));

    // It is back. The job that waits, or the round of the worker, mends it.
    server.turn(Manner::Real(address));
    clock.advance(Duration::from_secs(6));
    shop.work().await;
    assert!(!merx::search::lags(&shop.app).await.expect("the database"));
    let mended = everything(&real).await;
    let titled = |title: &str| mended.values().filter(|row| row["title"] == title).count();
    assert!(titled("Hurdy Gurdy Deluxe") > 0 && titled("Theremin") > 0);
    assert_eq!((titled("Hurdy Gurdy"), titled("Nyckelharpa")), (0, 0));
    let asked = in_time(&shop, json!({ "query": "theremin " })).await;
    assert_eq!(
        (names_of(&asked), &asked["degraded"]),
        (vec!["Theremin".to_owned()], &json!(false))
    );

    // The same, document by document, as an index that is built from the database now.
    merx::search::mend(&shop.app, true).await.expect("built anew");
    assert_eq!(everything(&real).await, mended);
    let keys: BTreeSet<String> = mended.into_keys().collect();
    assert_eq!(keys, expected(&shop).await, "what the database says, and nothing else");
    // Nothing left to mend.
    assert_eq!(merx::search::mend(&shop.app, false).await.expect("compared"), 0);
    real.clear().await;
}

#[tokio::test]
async fn an_index_that_was_tampered_with_is_mended() {
    for real in Real::both("mending").await {
        mends(real).await;
    }
}

async fn mends(real: Real) {
    let shop = Shop::configured(|config| real.configure(config, &real.url, SearchEngine::Fused)).await;
    merx::search::prepare(&shop.app)
        .await
        .expect("the embedded index is built");
    merx::search::mend(&shop.app, false).await.expect("it is built");
    let whole = everything(&real).await;
    let index = &real.indexes().await[0];
    let some: Vec<&String> = whole.keys().take(3).collect();
    let path = format!("/indexes/{index}/documents/delete-batch");
    real.ask(reqwest::Method::POST, &path, Some(json!(some))).await;
    let stranger = json!([{ "id": "stranger", "product": "00000000000000000000000000000001", "mark": "x" }]);
    let path = format!("/indexes/{index}/documents");
    real.ask(reqwest::Method::POST, &path, Some(stranger)).await;
    let mended = merx::search::mend(&shop.app, false).await.expect("mended");
    assert!((2..=4).contains(&mended), "{mended}");
    assert_eq!(everything(&real).await, whole);
    real.clear().await;
}

#[tokio::test]
async fn both_orders_are_fused_and_pages_stay_whole() {
    for real in Real::both("fusion").await {
        let shop = Shop::configured(|config| real.configure(config, &real.url, SearchEngine::Fused)).await;
        merx::search::prepare(&shop.app)
            .await
            .expect("the embedded index is built");
        merx::search::mend(&shop.app, false).await.expect("it is built");
        let ask = async |variables: Value| in_time(&shop, variables).await;
        let whole = ask(json!({ "query": "lamp", "first": 100 })).await;
        assert_eq!(whole["degraded"], false);
        let (mut walked, mut after) = (Vec::new(), Value::Null);
        loop {
            let page = ask(json!({ "query": "lamp", "first": 2, "after": after })).await;
            walked.extend(names_of(&page));
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == json!(false) {
                break;
            }
        }
        assert_eq!(walked, names_of(&whole));
        assert!(walked.len() > 2);
        ask(json!({ "query": "", "first": 1 })).await;
        merx::search::flush(&shop.app).await.expect("the log is written");
        let logged = super::super::insight::logged(&shop).await;
        let whole = logged.iter().filter(|row| !row.degraded);
        let answered: BTreeSet<(bool, &str)> = whole.map(|row| (row.query.is_empty(), &*row.engine)).collect();
        assert_eq!(
            answered,
            [(false, "fused"), (true, "embedded")].into(),
            "the log says what answered"
        );
        real.clear().await;
    }
}

#[tokio::test]
async fn a_walk_goes_on_when_it_goes_away() {
    let real = Real::both("walks").await.swap_remove(0);
    let server = Server::start(Manner::Real(real.url.trim_start_matches("http://").to_owned())).await;
    let shop = Shop::configured(|config| real.configure(config, &server.url, SearchEngine::Fused)).await;
    merx::search::prepare(&shop.app)
        .await
        .expect("the embedded index is built");
    merx::search::mend(&shop.app, false).await.expect("it is built");
    let other = shop.another_server().await;
    merx::search::prepare(&other.app)
        .await
        .expect("the embedded index is built");
    let ask = async |shop: &Shop, after: &Value| {
        let variables = json!({ "query": "lamp", "first": 2, "after": after });
        shop.data(SEARCH, variables).await["search"].take()
    };
    let first = in_time(&shop, json!({ "query": "lamp", "first": 2 })).await;
    assert_eq!(first["degraded"], false);
    let cursor = &first["pageInfo"]["endCursor"];
    let second = ask(&shop, cursor).await;
    server.turn(Manner::Gone);
    let again = ask(&shop, cursor).await;
    assert_eq!(
        again["degraded"], false,
        "the server that began the walk knows the order"
    );
    assert_eq!(names_of(&again), names_of(&second));
    // Another one goes on behind the product, in the order of its own index.
    let elsewhere = ask(&other, cursor).await;
    assert_eq!(elsewhere["degraded"], true);
    assert!(!names_of(&elsewhere).contains(&names_of(&first)[1]));
    let cursor = &elsewhere["pageInfo"]["endCursor"];
    if !cursor.is_null() {
        server.turn(Manner::Real(real.url.trim_start_matches("http://").to_owned()));
        assert_eq!(ask(&other, cursor).await["degraded"], true, "and ends so");
    }
}
