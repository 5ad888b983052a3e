//! The same through the door: what a client gets to see, and that nothing has run.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::attacks::attacks;
use crate::http::Server;

/// Bytes of the longest refusal.
const LONGEST: usize = 2 << 10;

/// Bytes of the longest list of what is wrong with a document.
const LONGEST_LIST: usize = 8 << 10;

#[tokio::test]
async fn an_attack_gets_a_short_answer_and_reaches_no_resolver() {
    let server = Server::start().await;
    let post = |body: Value| server.client.post(server.url("/graphql")).json(&body).send();
    let harmless = post(json!({ "query": "{ products { totalCount } }" }))
        .await
        .expect("an answer");
    assert_eq!(harmless.status(), 200);
    for (name, document, variables) in attacks() {
        server.shop.know_channels().await;
        let before = server.shop.app.db.statements();
        let answer = post(json!({ "query": document, "variables": variables }))
            .await
            .expect("an answer");
        let status = answer.status();
        let body = answer.text().await.expect("a text");
        assert_eq!(server.shop.app.db.statements(), before, "{name} reaches the database");
        assert!(body.len() < LONGEST, "{name}: an answer of {} bytes", body.len());
        if status == 413 {
            continue;
        }
        let body: Value = serde_json::from_str(&body).unwrap_or_else(|e| panic!("{name}: {e}: {body}"));
        let code = body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default();
        let expected = match status.as_u16() {
            200 => ["GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT"].contains(&code),
            400 => code == "COST_LIMIT",
            _ => false,
        };
        assert!(expected, "{name}: {status} {body}");
        assert!(body.get("data").is_none(), "{name}: {body}");
    }
}

/// Documents that the guard lets through, and that are as bad as it lets them be.
fn just_allowed() -> Vec<(&'static str, String)> {
    let numbered = |count: usize, item: &dyn Fn(usize) -> String| (0..count).map(item).collect::<String>();
    let long = "x".repeat(120);
    vec![
        ("__typename", format!("{{ {} }}", "__typename ".repeat(1_900))),
        (
            "unknown fields",
            format!("{{ {} }}", numbered(25, &|i| format!("{long}{i} "))),
        ),
        (
            "unknown arguments",
            format!(
                "{{ {} }}",
                format!("products({}) {{ totalCount }} ", numbered(32, &|i| format!("x{i}: 1 "))).repeat(35)
            ),
        ),
        (
            "unknown directives",
            format!("{{ __typename {} }}", numbered(60, &|i| format!("@d{i} "))),
        ),
        (
            "undefined variables",
            numbered(25, &|i| format!("query Q{i} {{ ...F }} "))
                + &format!(
                    "fragment F on Query {{ {} }}",
                    numbered(60, &|i| format!("search(query: $v{i}) {{ totalCount }} "))
                ),
        ),
        (
            "fields that differ",
            format!(
                "{} {} {}",
                "{ ... ".repeat(17) + "{",
                numbered(55, &|i| format!(
                    "product(a: {i} b: {i} c: {i} d: {i} e: {i} f: {i} g: {i} h: {i}) {{ id }} "
                )),
                "} ".repeat(18)
            ),
        ),
        (
            "many fragments",
            format!("{{ {} }}", numbered(199, &|i| format!("...F{i} ")))
                + &numbered(199, &|i| format!("fragment F{i} on Query {{ __typename }} ")),
        ),
        (
            "fragments in a tower",
            "{ ...F0 } ".to_owned()
                + &numbered(6, &|i| format!("fragment F{i} on Query {{ ...F{0} ...F{0} }} ", i + 1))
                + "fragment F6 on Query { a: __typename }",
        ),
    ]
}

#[tokio::test]
async fn what_is_just_allowed_keeps_nobody_busy() {
    let server = Server::start().await;
    for (name, document) in just_allowed() {
        let mut shortest = Duration::MAX;
        let mut size = 0;
        for _ in 0..3 {
            let start = Instant::now();
            let answer = server
                .client
                .post(server.url("/graphql"))
                .json(&json!({ "query": document, "operationName": document.starts_with("query").then_some("Q0") }))
                .send()
                .await
                .expect("an answer");
            size = answer.text().await.expect("a text").len();
            shortest = shortest.min(start.elapsed());
        }
        println!("{:>9.3} ms {size:>8} bytes  {name}", shortest.as_secs_f64() * 1_000.0);
        assert!(size < LONGEST_LIST, "{name}: an answer of {size} bytes");
        // Without optimization, beside other tests.
        assert!(shortest < Duration::from_secs(2), "{name}: {shortest:?}");
    }
}
