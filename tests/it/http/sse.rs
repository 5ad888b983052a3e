//! graphql-sse, distinct connections: operations as server-sent events.

use std::time::Duration;

use merx::http::Patience;
use merx::platform::stop::Phase;
use serde_json::{Value, json};

use super::{Reader, Server};
use crate::support::OWNER_KEY;

/// Short for who waits, and long enough for a first answer on a busy machine.
const SHORT: Duration = Duration::from_secs(1);
const COMPLETE: &str = "event: complete\ndata:\n\n";

async fn listen(server: &Server, query: &str, headers: &[(&str, &str)]) -> Reader {
    let request = server
        .client
        .post(server.url("/graphql"))
        .json(&json!({ "query": query }));
    let request = request
        .header("accept", "text/event-stream")
        .header("accept-encoding", "gzip");
    let request = headers
        .iter()
        .fold(request, |request, (name, value)| request.header(*name, *value));
    let response = request.send().await.expect("an answer");
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream; charset=utf-8");
    assert_eq!(response.headers()["cache-control"], "private, no-store");
    // Compressed, events would wait for each other.
    assert!(!response.headers().contains_key("content-encoding"));
    let mut reader = Reader::new(response);
    assert_eq!(reader.until("\n\n").await, ":");
    reader
}

/// The answer in a `next` event.
async fn next(reader: &mut Reader) -> Value {
    let event = reader.until("\n\n").await;
    let data = event
        .strip_prefix("event: next\ndata: ")
        .unwrap_or_else(|| panic!("{event:?} is no answer"));
    serde_json::from_str(data).expect("JSON")
}

#[tokio::test]
async fn a_subscription_goes_on() {
    let server = Server::start().await;
    let mut reader = listen(&server, "subscription { serverTime }", &[]).await;
    for _ in 0..2 {
        assert!(next(&mut reader).await["data"]["serverTime"].is_string());
    }
}

#[tokio::test]
async fn a_query_is_a_stream_of_one() {
    let server = Server::start().await;
    let mut reader = listen(&server, "{ channel { slug } }", &[("x-channel", "eu")]).await;
    assert_eq!(next(&mut reader).await["data"]["channel"]["slug"], "eu");
    assert_eq!(reader.rest().await, COMPLETE);
    // Browsers connect by GET, and cannot choose their headers.
    let query = [("query", "subscription { serverTime }")];
    let url = reqwest::Url::parse_with_params(&server.url("/graphql"), query).expect("an address");
    let response = server
        .client
        .get(url)
        .header("accept", "text/event-stream")
        .send()
        .await
        .expect("an answer");
    let mut reader = Reader::new(response);
    assert_eq!(reader.until("\n\n").await, ":");
    assert!(next(&mut reader).await["data"]["serverTime"].is_string());
}

#[tokio::test]
async fn what_is_refused_is_an_event() {
    let server = Server::start().await;
    for (query, headers, code) in [
        ("{", ("accept-language", "en"), "GRAPHQL_PARSE_FAILED"),
        (
            "subscription { nothing }",
            ("accept-language", "en"),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "{ channel { slug } }",
            ("authorization", "Bearer guessed"),
            "UNAUTHENTICATED",
        ),
    ] {
        let mut reader = listen(&server, query, &[headers]).await;
        let answer = next(&mut reader).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{answer}");
        assert!(answer.get("data").is_none(), "{answer}");
        assert_eq!(reader.rest().await, COMPLETE);
    }
    // What is no GraphQL request gets no stream.
    let request = server
        .client
        .post(server.url("/graphql"))
        .header("accept", "text/event-stream");
    let answer = request.json(&json!({})).send().await.expect("an answer");
    assert_eq!(answer.status(), 400);
}

#[tokio::test]
async fn silence_is_filled() {
    let patience = Patience {
        silence: SHORT,
        ..Patience::default()
    };
    let server = Server::patient(patience).await;
    let mut reader = listen(&server, "subscription { serverTime(everySeconds: 60) }", &[]).await;
    next(&mut reader).await;
    for _ in 0..3 {
        assert_eq!(reader.until("\n\n").await, ":");
    }
}

#[tokio::test]
async fn a_stopping_server_ends_it_unfinished() {
    let server = Server::start().await;
    let mut reader = listen(&server, "subscription { serverTime(everySeconds: 60) }", &[]).await;
    next(&mut reader).await;
    server.shop.app.stop.enter(Phase::Stopping);
    // No `complete`: clients connect again, to the next server.
    assert_eq!(reader.rest().await, ":\n\n");
}

#[tokio::test]
async fn an_expired_token_ends_it() {
    let patience = Patience {
        trust: SHORT,
        ..Patience::default()
    };
    let server = Server::patient(patience).await;
    let token = format!("Bearer {OWNER_KEY}");
    let headers = [("authorization", token.as_str())];
    let mut reader = listen(&server, "subscription { serverTime(everySeconds: 60) }", &headers).await;
    next(&mut reader).await;
    let last = next(&mut reader).await;
    assert_eq!(last["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{last}");
    assert_eq!(reader.rest().await, COMPLETE);
}
