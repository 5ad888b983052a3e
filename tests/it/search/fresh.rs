//! How soon the index knows, and what happens without one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use merx::app::Builder;
use merx::platform::jobs::{POLL, run_workers};
use serde_json::json;
use tokio::sync::watch;

use super::{ask, create, names, names_of, shop, update};
use crate::support::{Shop, config};

/// How long it takes until `text` finds what `found` accepts.
async fn until(shop: &Shop, text: &str, found: impl Fn(&[String]) -> bool) -> Duration {
    let begun = Instant::now();
    loop {
        let names = names(shop, text).await;
        if found(&names) {
            return begun.elapsed();
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{text}: still {names:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_found_within_a_second() {
    let shop = shop().await;
    let (stop, stopped) = watch::channel(false);
    let app = shop.app.clone();
    let workers =
        tokio::spawn(async move { run_workers(&app.db, Arc::clone(&app.jobs), app.clone(), POLL, stopped).await });
    // The workers are up when a first job is through.
    let variant = json!({ "sku": "XYL-1", "price": { "amount": "5.00", "currencyCode": "USD" } });
    let more = json!({ "slug": "percussion", "variants": [variant] });
    let id = create(&shop, "Marimba", "5.00", more).await;
    tokio::time::timeout(Duration::from_secs(10), async {
        while names(&shop, "marimba ").await.is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .expect("the workers start");
    // The soonest of some: other tests run at the same time.
    let mut soonest = Duration::MAX;
    for (old, new) in [
        ("marimba ", "Vibraphone"),
        ("vibraphone ", "Celesta"),
        ("celesta ", "Vibraphone"),
    ] {
        update(&shop, json!({ "id": id, "name": new })).await;
        let there = until(&shop, &format!("{} ", new.to_lowercase()), |names| names == [new]).await;
        soonest = soonest.min(there + until(&shop, old, <[String]>::is_empty).await);
    }
    assert!(soonest < Duration::from_secs(1), "{soonest:?}");
    update(&shop, json!({ "id": id, "status": "ARCHIVED" })).await;
    until(&shop, "vibraphone ", <[String]>::is_empty).await;
    stop.send(true).expect("the workers listen");
    workers.await.expect("the workers end").expect("the workers ran");
    assert_eq!(shop.dead_jobs().await, 0);
}

#[tokio::test]
async fn what_shoppers_may_not_see_is_not_found() {
    let shop = shop().await;
    let id = create(&shop, "Theremin", "5.00", json!({ "status": "DRAFT" })).await;
    shop.work().await;
    assert_eq!(names(&shop.staff(), "theremin ").await, [""; 0]);
    update(&shop, json!({ "id": id, "status": "ACTIVE" })).await;
    shop.work().await;
    assert_eq!(names(&shop, "theremin ").await, ["Theremin"]);
    // It has no price there.
    assert_eq!(names(&shop.channel("eu"), "theremin ").await, [""; 0]);
    // The index lags: the database has the last word.
    update(&shop, json!({ "id": id, "status": "ARCHIVED" })).await;
    assert_eq!(names(&shop, "theremin ").await, [""; 0]);
}

#[tokio::test]
async fn many_jobs_share_a_commit() {
    let shop = shop().await;
    for i in 0..30 {
        create(&shop, &format!("Ocarina {i}"), "5.00", json!({})).await;
    }
    let begun = Instant::now();
    shop.work().await;
    assert_eq!(names(&shop, "ocarina ").await.len(), 30);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn stock_decides_among_equals() {
    let shop = shop().await;
    let variant = |sku: &str, on_hand: i32| json!([{ "sku": sku, "price": { "amount": "5.00", "currencyCode": "USD" }, "stock": [{ "onHand": on_hand }] }]);
    create(
        &shop,
        "Balalaika",
        "5.00",
        json!({ "slug": "b-1", "variants": variant("B-1", 0) }),
    )
    .await;
    create(
        &shop,
        "Balalaika",
        "5.00",
        json!({ "slug": "b-2", "variants": variant("B-2", 3) }),
    )
    .await;
    shop.work().await;
    let slugs = async |shop: &Shop| {
        let answer = ask(shop, json!({ "query": "balalaika " })).await;
        let nodes = answer["nodes"].as_array().expect("nodes").clone();
        nodes
            .iter()
            .map(|n| n["slug"].as_str().expect("a slug").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(slugs(&shop).await, ["b-2", "b-1"]);
    let find = "query($sku: String!) { product(by: { sku: $sku }) { variants { id } } }";
    let adjust = "mutation($input: StockAdjustInput!) { stockAdjust(input: $input) { errors { message } } }";
    for (sku, delta) in [("B-1", 3), ("B-2", -3)] {
        let found = shop.data(find, json!({ "sku": sku })).await;
        let variant = &found["product"]["variants"][0]["id"];
        let input = json!({ "variantId": variant, "delta": delta, "reason": "test" });
        let done = shop.staff().data(adjust, json!({ "input": input })).await;
        assert_eq!(done["stockAdjust"]["errors"], json!([]));
    }
    shop.work().await;
    assert_eq!(slugs(&shop).await, ["b-1", "b-2"]);
}

#[tokio::test]
async fn an_index_that_is_gone_is_built_again() {
    let shop = shop().await;
    let before = ask(&shop, json!({ "query": "lamp" })).await;
    assert_eq!(before["degraded"], false);
    std::fs::remove_dir_all(shop.folder().join("search")).expect("the folder goes");
    let url = shop.app.config.database_url();
    let app = Builder::new(config(shop.folder(), Some(&url)))
        .build()
        .await
        .expect("the application opens");
    let owner = merx::search::owner(&app).await.expect("a default channel");
    assert!(!app.search.engine().is_ready(owner).await);
    merx::search::prepare(&app).await.expect("the index is built");
    assert!(app.search.engine().is_ready(owner).await);
    let mut soonest = Duration::MAX;
    for _ in 0..5 {
        let begun = Instant::now();
        merx::search::prepare(&app).await.expect("nothing to do");
        soonest = soonest.min(begun.elapsed());
    }
    assert!(
        soonest < Duration::from_millis(200),
        "an index that is there is not built again: {soonest:?}"
    );
}

#[tokio::test]
async fn the_database_answers_for_an_engine_that_does_not() {
    // Nobody has built the index.
    let shop = Shop::demo().await;
    let answer = ask(&shop, json!({ "query": "headphones wireless", "first": 10 })).await;
    assert_eq!(answer["degraded"], true);
    assert_eq!(names_of(&answer), ["Hush Wireless Headphones"]);
    assert_eq!(answer["facets"], json!([]));
    assert_eq!(answer["totalCount"], 1);
    // Marks mean there what they mean to an engine.
    for text in [
        "headphones, -studio -kids",
        "\"wireless headphones\"",
        "HEADPHONES -\"Studio One\" -kids",
    ] {
        assert_eq!(
            names_of(&ask(&shop, json!({ "query": text })).await),
            ["Hush Wireless Headphones"],
            "{text}"
        );
    }
    let filters =
        json!([{ "key": "brand", "values": ["Aria Works"] }, { "key": "price", "range": { "lte": "150.00" } }]);
    let narrowed = ask(&shop, json!({ "query": "headphones", "filters": filters })).await;
    assert_eq!(names_of(&narrowed), ["Studio One Headphones"]);
    let first = ask(&shop, json!({ "query": "", "first": 5 })).await;
    let cursor = &first["pageInfo"]["endCursor"];
    // A walk that began in the database goes on there, though the index has come up since.
    merx::search::prepare(&shop.app).await.expect("the index is built");
    let second = ask(&shop, json!({ "query": "", "first": 5, "after": cursor })).await;
    assert_eq!(second["degraded"], true);
    assert_eq!(names_of(&second).len(), 5);
    assert!(names_of(&second).iter().all(|name| !names_of(&first).contains(name)));
    assert_eq!(ask(&shop, json!({ "query": "" })).await["degraded"], false);
}
