//! R10: Meilisearch slow, silent, broken, gone. The embedded index answers in time.

use std::time::{Duration, Instant};

use merx::config::{Config, SearchEngine};
use merx::platform::clock::Clock;
use serde_json::{Value, json};

use super::super::{SEARCH, create, names_of};
use super::server::{Manner, Server};
use crate::support::{Shop, noon};

async fn shop(server: &Server, engine: SearchEngine, clock: Clock) -> Shop {
    let shop = Shop::clocked(clock, |config: &mut Config| {
        config.services.meilisearch_url = Some(server.url.clone());
        config.search.engine = Some(engine);
    })
    .await;
    merx::search::prepare(&shop.app)
        .await
        .expect("the embedded index is built");
    shop
}

async fn ask(shop: &Shop, query: &str) -> Value {
    shop.data(SEARCH, json!({ "query": query, "first": 10 })).await["search"].take()
}

/// All that may be wrong with it.
pub(super) fn manners() -> [Manner; 10] {
    [
        Manner::Gone,
        Manner::Silent,
        Manner::Slow(Duration::from_millis(800)),
        Manner::Status(500),
        Manner::Status(503),
        Manner::Status(403),
        Manner::Garbage,
        Manner::Stranger,
        Manner::Drip,
        Manner::Flood,
    ]
}

#[tokio::test]
async fn whatever_it_does_the_embedded_index_answers() {
    let embedded = super::super::shop().await;
    let expected = names_of(&ask(&embedded, "headphones ").await);
    assert!(expected.len() >= 3);
    for engine in [SearchEngine::Fused, SearchEngine::Meilisearch] {
        for manner in manners() {
            let server = Server::start(manner.clone()).await;
            let shop = shop(&server, engine, Clock::system()).await;
            for _ in 0..3 {
                let answer = ask(&shop, "headphones ").await;
                assert_eq!(answer["degraded"], true, "{engine:?} {manner:?}");
                assert_eq!(names_of(&answer), expected, "{engine:?} {manner:?}");
                assert!(answer["facets"].as_array().is_some_and(|f| !f.is_empty()), "{manner:?}");
            }
            let typo = ask(&shop, "haedphones").await;
            assert_eq!(typo["correctedQuery"], "headphones", "{manner:?}");
        }
    }
}

#[tokio::test]
async fn a_server_that_fails_is_left_alone_for_a_while() {
    let server = Server::start(Manner::Gone).await;
    let clock = Clock::frozen(noon());
    let shop = shop(&server, SearchEngine::Fused, clock.clone()).await;
    for _ in 0..6 {
        assert_eq!(ask(&shop, "lamp").await["degraded"], true);
    }
    let tried = server.connections();
    for _ in 0..20 {
        let begun = Instant::now();
        assert_eq!(ask(&shop, "lamp").await["degraded"], true);
        // Nobody waits for it now; generous, since other tests run at the same time.
        assert!(begun.elapsed() < Duration::from_secs(2));
    }
    assert_eq!(server.connections(), tried, "it is left alone");
    clock.advance(Duration::from_secs(6));
    assert_eq!(ask(&shop, "lamp").await["degraded"], true);
    assert!(server.connections() > tried, "it is tried again");
}

#[tokio::test]
async fn what_needs_no_order_of_words_is_not_degraded() {
    let server = Server::start(Manner::Silent).await;
    let shop = shop(&server, SearchEngine::Fused, Clock::system()).await;
    for variables in [
        json!({ "query": "" }),
        json!({ "query": "lamp", "sort": "PRICE_ASC" }),
        json!({ "query": "", "sort": "NEWEST" }),
    ] {
        let answer = shop.data(SEARCH, variables.clone()).await["search"].take();
        assert_eq!(answer["degraded"], false, "{variables}");
    }
}

#[tokio::test]
async fn a_walk_goes_on_without_it() {
    let server = Server::start(Manner::Silent).await;
    let shop = shop(&server, SearchEngine::Fused, Clock::system()).await;
    let (mut walked, mut after) = (Vec::new(), Value::Null);
    loop {
        let variables = json!({ "query": "the best a", "first": 7, "after": after });
        let page = shop.data(SEARCH, variables).await["search"].take();
        walked.extend(
            page["nodes"]
                .as_array()
                .expect("nodes")
                .iter()
                .map(|n| n["id"].to_string()),
        );
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            assert_eq!(page["totalCount"], json!(walked.len()));
            break;
        }
    }
    let all = walked.len();
    walked.sort();
    walked.dedup();
    assert_eq!(walked.len(), all, "nothing comes twice");
}

#[tokio::test]
async fn changes_are_found_while_it_is_away() {
    let server = Server::start(Manner::Status(500)).await;
    let shop = shop(&server, SearchEngine::Fused, Clock::system()).await;
    let id = create(&shop, "Hurdy Gurdy", "5.00", json!({})).await;
    let id = id.parse().expect("a key");
    let begun = Instant::now();
    merx::search::index_products(&shop.app, vec![id])
        .await
        .expect("the embedded index has it");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert_eq!(names_of(&ask(&shop, "gurdy ").await), ["Hurdy Gurdy"]);
    let lags = merx::search::lags(&shop.app).await;
    assert!(lags.expect("the database"), "what is missing is remembered");
    let depths = merx::platform::jobs::queue_depths(&shop.app.db)
        .await
        .expect("the job table");
    assert!(depths.iter().any(|queue| queue.open > 0), "and outlives the process");
    assert!(merx::search::mend(&shop.app, false).await.is_err(), "it is still away");
}
