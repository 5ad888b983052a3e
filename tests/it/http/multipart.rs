//! Subscriptions as `multipart/mixed; subscriptionSpec=1.0`, as Apollo Client asks for them.

use std::time::Duration;

use merx::http::Patience;
use merx::platform::stop::Phase;
use serde_json::{Value, json};

use super::{Reader, Server};
use crate::support::OWNER_KEY;

/// Short for who waits, and long enough for a first answer on a busy machine.
const SHORT: Duration = Duration::from_secs(1);
/// What Apollo Client 4 sends.
const ACCEPT: &str = "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/graphql-response+json,\
                      application/json;q=0.9";
const FOREVER: &str = "subscription { serverTime(everySeconds: 60) }";

async fn ask(server: &Server, query: &str, headers: &[(&str, &str)]) -> reqwest::Response {
    let request = server
        .client
        .post(server.url("/graphql"))
        .json(&json!({ "query": query }));
    let request = request.header("accept", ACCEPT).header("accept-encoding", "gzip");
    let request = headers
        .iter()
        .fold(request, |request, (name, value)| request.header(*name, *value));
    request.send().await.expect("an answer")
}

async fn listen(server: &Server, query: &str, headers: &[(&str, &str)]) -> Reader {
    let response = ask(server, query, headers).await;
    assert_eq!(response.status(), 200);
    let media = response.headers()["content-type"].to_str().expect("text");
    assert!(
        media.starts_with("multipart/mixed;") && media.contains("subscriptionSpec=1.0"),
        "{media}"
    );
    assert!(media.contains("boundary=\"graphql\""), "{media}");
    // Compressed, parts would wait for each other.
    assert!(!response.headers().contains_key("content-encoding"));
    let mut reader = Reader::new(response);
    assert_eq!(reader.until("\r\n--graphql").await, "");
    reader
}

/// The next part; its own end is enough to read it.
async fn part(reader: &mut Reader) -> Value {
    let part = reader.until("\r\n--graphql").await;
    let body = part.strip_prefix("\r\ncontent-type: application/json\r\n\r\n");
    serde_json::from_str(body.unwrap_or_else(|| panic!("{part:?} is no part"))).expect("JSON")
}

#[tokio::test]
async fn each_answer_is_a_part() {
    let server = Server::start().await;
    let mut reader = listen(&server, "subscription { serverTime }", &[]).await;
    for _ in 0..2 {
        let part = part(&mut reader).await;
        assert!(part["payload"]["data"]["serverTime"].is_string(), "{part}");
    }
}

#[tokio::test]
async fn an_operation_that_fails_ends_its_parts() {
    let server = Server::start().await;
    for (query, code) in [
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { serverTime(everySeconds: 0) }", "BAD_USER_INPUT"),
    ] {
        let mut reader = listen(&server, query, &[]).await;
        let part = part(&mut reader).await;
        assert_eq!(part["payload"]["errors"][0]["extensions"]["code"], code, "{part}");
        assert_eq!(reader.rest().await, "--\r\n");
    }
}

#[tokio::test]
async fn one_answer_comes_in_one_piece() {
    let server = Server::start().await;
    for (query, status) in [("{ channel { slug } }", 200), ("{", 400)] {
        let response = ask(&server, query, &[]).await;
        assert_eq!(response.status(), status, "{query}");
        let media = response.headers()["content-type"].to_str().expect("text");
        assert!(media.starts_with("application/graphql-response+json"), "{media}");
    }
    // Who takes no stream gets no subscription.
    let request = server
        .client
        .post(server.url("/graphql"))
        .json(&json!({ "query": FOREVER }));
    let response = request
        .header("accept", "application/json")
        .send()
        .await
        .expect("an answer");
    assert_eq!(response.status(), 406);
}

#[tokio::test]
async fn silence_is_filled() {
    let patience = Patience {
        silence: SHORT,
        ..Patience::default()
    };
    let server = Server::patient(patience).await;
    let mut reader = listen(&server, FOREVER, &[]).await;
    assert!(part(&mut reader).await["payload"].is_object());
    for _ in 0..3 {
        assert_eq!(part(&mut reader).await, json!({}));
    }
}

#[tokio::test]
async fn the_transport_says_why_it_ends() {
    let patience = Patience {
        trust: SHORT,
        ..Patience::default()
    };
    let server = Server::patient(patience).await;
    let token = format!("Bearer {OWNER_KEY}");
    let mut expiring = listen(&server, FOREVER, &[("authorization", token.as_str())]).await;
    let mut stopped = listen(&server, FOREVER, &[]).await;
    for (reader, code) in [(&mut expiring, "UNAUTHENTICATED"), (&mut stopped, "SERVER_STOPPING")] {
        assert!(part(reader).await["payload"].is_object());
        if code == "SERVER_STOPPING" {
            server.shop.app.stop.enter(Phase::Stopping);
        }
        let last = part(reader).await;
        assert_eq!(last["payload"], Value::Null);
        assert_eq!(last["errors"][0]["extensions"]["code"], code, "{last}");
    }
    for reader in [expiring, stopped] {
        assert_eq!(reader.rest().await, "--\r\n");
    }
}
