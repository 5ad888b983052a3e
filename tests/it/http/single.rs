//! Queries and changes over connections that stay open: they have a deadline and a place at the gate like requests, and a
//! change that has begun is not left in the middle.

use std::time::Duration;

use merx::http::Patience;
use merx::platform::db::{Backend, Tx};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::socket::Client;
use super::{LONG, Server};
use crate::support::Shop;

const CHANGE: &str = "mutation { cartCreate(input: {}) { cart { id } } }";
/// Connections to PostgreSQL.
const CONNECTIONS: u32 = 2;

async fn server(places: usize, patience: Patience) -> Server {
    let shop = Shop::configured(|config| {
        config.database.connections = CONNECTIONS;
        config.edge.requests_in_flight = places;
    });
    Server::of(shop.await, patience).await
}

/// While this is kept no change gets on: SQLite has one writer, PostgreSQL as many connections as there are.
async fn occupy(shop: &Shop) -> Vec<Tx> {
    let count = match Backend::of(&shop.app.db) {
        Backend::Sqlite => 1,
        Backend::Postgres => CONNECTIONS,
    };
    let mut held = Vec::new();
    for _ in 0..count {
        held.push(shop.app.db.begin().await.expect("a transaction"));
    }
    held
}

async fn carts(shop: &Shop) -> i64 {
    let db = &shop.app.db;
    let count = Statement::from_string(db.get_database_backend(), "SELECT COUNT(*) AS carts FROM cart");
    let row = db.query_one_raw(count).await.expect("a count").expect("a row");
    row.try_get("", "carts").expect("a number")
}

#[tokio::test]
async fn what_takes_too_long_is_ended() {
    let patience = Patience {
        answer: Duration::from_millis(100),
        ..Patience::default()
    };
    let server = server(100, patience).await;
    let mut client = Client::welcome(&server, json!({})).await;
    let held = occupy(&server.shop).await;
    client.subscribe("1", CHANGE).await;
    let (kind, errors) = client.hear_of("1").await;
    assert_eq!(
        (kind.as_str(), &errors[0]["extensions"]["code"]),
        ("error", &json!("TIMEOUT"))
    );
    drop(held);
    // Streams go on for as long as they like.
    client.subscribe("1", "subscription { serverTime }").await;
    for _ in 0..2 {
        assert_eq!(client.hear_of("1").await.0, "next");
    }
}

#[tokio::test]
async fn each_takes_a_place_at_the_gate() {
    let server = server(1, Patience::default()).await;
    let mut client = Client::welcome(&server, json!({})).await;
    let held = occupy(&server.shop).await;
    client.subscribe("a", CHANGE).await;
    client.subscribe("b", CHANGE).await;
    let refused = client.hear().await;
    assert_eq!(refused["type"], "error", "{refused}");
    let extensions = &refused["payload"][0]["extensions"];
    assert_eq!(
        (&extensions["code"], &extensions["retryAfter"]),
        (&json!("OVERLOADED"), &json!(1))
    );
    // A request finds the same gate.
    let request = server.client.post(server.url("/graphql"));
    let answer = request.json(&json!({ "query": "{ __typename }" })).send().await;
    assert_eq!(answer.expect("an answer").status(), 503);
    drop(held);
    let other = if refused["id"] == "a" { "b" } else { "a" };
    let (kind, payload) = client.hear_of(other).await;
    assert_eq!(kind, "next");
    assert!(payload["data"]["cartCreate"]["cart"]["id"].is_string(), "{payload}");
    assert_eq!(client.hear_of(other).await.0, "complete");
    // The place is free again.
    client.subscribe("c", "{ __typename }").await;
    assert_eq!(client.hear_of("c").await.0, "next");
}

/// Sends a change that has to wait, `leave`s while it does, and lets it go on: tells whether its cart came to be.
async fn outlived(server: &Server, leave: impl AsyncFn(Client)) -> bool {
    let before = carts(&server.shop).await;
    let mut client = Client::welcome(server, json!({})).await;
    let held = occupy(&server.shop).await;
    client.subscribe("1", CHANGE).await;
    // It begins meanwhile, nearly always.
    sleep(Duration::from_millis(300)).await;
    leave(client).await;
    drop(held);
    let until = Instant::now() + Duration::from_secs(2);
    while Instant::now() < until {
        if carts(&server.shop).await > before {
            return true;
        }
        sleep(Duration::from_millis(50)).await;
    }
    false
}

#[tokio::test]
async fn a_change_that_has_begun_is_finished() {
    let server = server(100, Patience::default()).await;
    let completes = async |mut client: Client| {
        client.say(json!({ "id": "1", "type": "complete" })).await;
        // The answer to the ping tells that the server has read so far.
        client.say(json!({ "type": "ping" })).await;
        assert_eq!(client.hear().await, json!({ "type": "pong" }));
    };
    let hangs_up = async |client: Client| {
        drop(client);
        sleep(Duration::from_millis(300)).await;
    };
    let again = async {
        while !outlived(&server, completes).await {}
        while !outlived(&server, hangs_up).await {}
    };
    tokio::time::timeout(LONG, again).await.expect("the change is finished");
}
