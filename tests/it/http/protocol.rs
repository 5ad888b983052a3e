//! GraphQL over HTTP, point by point: forms of answers, statuses, parameters, documents by hash, what caches may keep.

use reqwest::header::{ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Server;
use crate::support::OWNER_KEY;

const NEW: &str = "application/graphql-response+json; charset=utf-8";
const OLD: &str = "application/json; charset=utf-8";

impl Server {
    fn ask(&self, body: &Value) -> RequestBuilder {
        self.client.post(self.url("/graphql")).json(body)
    }

    fn link(&self, parameters: &[(&str, &str)]) -> RequestBuilder {
        let url = reqwest::Url::parse_with_params(&self.url("/graphql"), parameters).expect("an address");
        self.client.get(url)
    }
}

async fn sent(request: RequestBuilder) -> Response {
    request.send().await.expect("an answer")
}

fn header(answer: &Response, name: reqwest::header::HeaderName) -> String {
    let value = answer.headers().get(name).map(|value| value.to_str().expect("text"));
    value.unwrap_or_default().to_owned()
}

/// The code of the first error. A request that was refused has no data, not even null.
async fn refusal(answer: Response) -> String {
    let body: Value = answer.json().await.expect("JSON");
    assert!(body.get("data").is_none(), "{body}");
    let error = &body["errors"][0];
    assert!(error["extensions"]["requestId"].is_string(), "{body}");
    error["extensions"]["code"].as_str().expect("a code").to_owned()
}

fn hash(text: &str) -> String {
    let digest = Sha256::digest(text);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn persisted(hash: &str) -> String {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } }).to_string()
}

#[tokio::test]
async fn the_client_chooses_the_form_of_the_answer() {
    let server = Server::start().await;
    for (accept, form) in [
        (None, Some(OLD)),
        (Some("*/*"), Some(OLD)),
        (Some("application/*"), Some(OLD)),
        (Some("application/json"), Some(OLD)),
        (Some("application/graphql-response+json"), Some(NEW)),
        (Some("APPLICATION/GraphQL-Response+JSON; charset=UTF-8"), Some(NEW)),
        (
            Some("application/json;q=0.9, application/graphql-response+json"),
            Some(NEW),
        ),
        (
            Some("application/graphql-response+json;q=0.5, application/json;q=0.7"),
            Some(OLD),
        ),
        (Some("application/graphql-response+json, application/json"), Some(NEW)),
        (Some("application/json, application/graphql-response+json"), Some(OLD)),
        (Some("text/html, */*;q=0.1"), Some(OLD)),
        (Some("application/json;q=0, */*"), None),
        (Some("text/html"), None),
        (Some("application/json; charset=utf-16"), None),
        (Some("application/json;q=2"), None),
    ] {
        let mut request = server.ask(&json!({ "query": "{ __typename }" }));
        if let Some(accept) = accept {
            request = request.header(ACCEPT, accept);
        }
        let answer = sent(request).await;
        match form {
            Some(form) => {
                assert_eq!(answer.status(), 200, "{accept:?}");
                assert_eq!(header(&answer, CONTENT_TYPE), form, "{accept:?}");
                assert!(header(&answer, VARY).contains("accept"));
            }
            None => {
                assert_eq!(answer.status(), 406, "{accept:?}");
                assert_eq!(refusal(answer).await, "BAD_REQUEST");
            }
        }
    }
}

#[tokio::test]
async fn the_status_tells_what_the_form_lets_it_tell() {
    let server = Server::start().await;
    let needs = "query($id: ID!) { node(id: $id) { id } }";
    for (body, old, new, code) in [
        (json!({ "query": "{" }), 200, 400, "GRAPHQL_PARSE_FAILED"),
        (json!({ "query": "{ nothing }" }), 200, 400, "GRAPHQL_VALIDATION_FAILED"),
        (json!({ "query": needs }), 200, 400, "BAD_USER_INPUT"),
        (
            json!({ "query": needs, "variables": { "id": [1] } }),
            200,
            400,
            "BAD_USER_INPUT",
        ),
        (
            json!({ "query": "query A { __typename } query B { __typename }" }),
            200,
            400,
            "BAD_USER_INPUT",
        ),
        (
            json!({ "query": "query A { __typename }", "operationName": "B" }),
            200,
            400,
            "BAD_USER_INPUT",
        ),
        (
            json!({ "query": "subscription { serverTime }" }),
            406,
            406,
            "BAD_REQUEST",
        ),
        (json!({ "query": 1 }), 400, 400, "BAD_REQUEST"),
        (json!({ "query": "" }), 400, 400, "BAD_REQUEST"),
        (
            json!({ "query": "{ __typename }", "variables": "none" }),
            400,
            400,
            "BAD_REQUEST",
        ),
        (
            json!({ "query": "{ __typename }", "operationName": 1 }),
            400,
            400,
            "BAD_REQUEST",
        ),
        (
            json!({ "query": "{ __typename }", "extensions": [] }),
            400,
            400,
            "BAD_REQUEST",
        ),
        (json!([{ "query": "{ __typename }" }]), 400, 400, "BAD_REQUEST"),
        (json!("{ __typename }"), 400, 400, "BAD_REQUEST"),
    ] {
        for (accept, status) in [(OLD, old), (NEW, new)] {
            let answer = sent(server.ask(&body).header(ACCEPT, accept)).await;
            assert_eq!(answer.status(), status, "{body} as {accept}");
            assert_eq!(header(&answer, CONTENT_TYPE), accept);
            assert_eq!(refusal(answer).await, code, "{body}");
        }
    }
    // A field that fails is no failure of the request: the rest of the data is there.
    let partly = json!({ "query": "{ channel { slug } cart { id } }" });
    let answer = sent(server.ask(&partly).header(ACCEPT, NEW)).await;
    assert_eq!(answer.status(), 200);
    let body: Value = answer.json().await.expect("JSON");
    assert_eq!(body["data"]["channel"]["slug"], "us", "{body}");
    assert_eq!(body["errors"][0]["path"], json!(["cart"]));
}

#[tokio::test]
async fn variables_are_checked_before_anything_runs() {
    let server = Server::start().await;
    let list = "query($f: Int, $w: ProductWhere, $s: ProductSort, $n: [ID!]) { \
        products(first: $f, where: $w, sort: $s) { nodes { id } } nodes(ids: $n) { id } }";
    // The channels are known from here on.
    sent(server.ask(&json!({ "query": "{ __typename }" }))).await;
    for (variables, message) in [
        (json!({ "f": "5" }), "$f"),
        (json!({ "f": 5_000_000_000_i64 }), "$f"),
        (json!({ "f": 1.5 }), "$f"),
        (json!({ "w": { "brnd": "x" } }), "brnd"),
        (json!({ "w": { "AND": [{ "brand": 7 }] } }), "$w.AND.0.brand"),
        (json!({ "s": { "field": "COLOUR", "direction": "ASC" } }), "$s.field"),
        (json!({ "s": {} }), "$s.field"),
        (json!({ "n": [null] }), "$n.0"),
        (json!({ "n": [true] }), "$n.0"),
    ] {
        let variables = json!({ "query": list, "variables": variables });
        server.shop.know_channels().await;
        let (statements, answer) = server
            .shop
            .statements(sent(server.ask(&variables).header(ACCEPT, NEW)))
            .await;
        assert_eq!(answer.status(), 400, "{variables}");
        let body: Value = answer.json().await.expect("JSON");
        assert_eq!(body["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{body}");
        let said = body["errors"][0]["message"].as_str().expect("a message");
        assert!(said.contains(message), "{said} lacks {message}");
        assert_eq!(statements, 0, "{variables}");
    }
    // One value stands for a list, numbers are ids, unknown variables do not disturb, null is the default.
    let good = json!({ "n": "product_01jd3v9k3hf2x8k3w2v5m0q7zt", "f": null, "more": 1 });
    let answer = sent(
        server
            .ask(&json!({ "query": list, "variables": good }))
            .header(ACCEPT, NEW),
    )
    .await;
    assert_eq!(answer.status(), 200, "{:?}", answer.text().await);
}

#[tokio::test]
async fn a_link_asks_and_never_changes() {
    let server = Server::start().await;
    let two = "query A { channel { slug } } query B($id: ID!) { node(id: $id) { id } } mutation C { cartCreate(input: {}) { cart { id } } }";
    let answer = sent(server.link(&[("query", two), ("operationName", "A")])).await;
    assert_eq!(answer.status(), 200);
    let body: Value = answer.json().await.expect("JSON");
    assert_eq!(body["data"]["channel"]["slug"], "us");
    let none = json!({ "id": "product_01jd3v9k3hf2x8k3w2v5m0q7zt" }).to_string();
    let answer = sent(server.link(&[("query", two), ("operationName", "B"), ("variables", &none)])).await;
    assert_eq!(answer.json::<Value>().await.expect("JSON")["data"]["node"], Value::Null);
    let answer = sent(server.link(&[("query", two), ("operationName", "C")])).await;
    assert_eq!(answer.status(), 405);
    assert_eq!(header(&answer, ALLOW), "POST");
    assert_eq!(refusal(answer).await, "BAD_REQUEST");
    for wrong in [
        vec![],
        vec![("query", "")],
        vec![("query", "{ __typename }"), ("variables", "{")],
        vec![("query", "{ __typename }"), ("variables", "[]")],
        vec![("query", "{ __typename }"), ("extensions", "7")],
    ] {
        let answer = sent(server.link(&wrong).header(ACCEPT, OLD)).await;
        assert_eq!(answer.status(), 400, "{wrong:?}");
    }
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let answer = sent(server.client.request(method.clone(), server.url("/graphql"))).await;
        assert_eq!(answer.status(), 405, "{method}");
        assert!(header(&answer, ALLOW).contains("POST"), "{method}");
    }
}

/// CSRF: what the page of a stranger can send without a preflight changes nothing.
#[tokio::test]
async fn forms_of_strangers_change_nothing() {
    let server = Server::start().await;
    let change = json!({ "query": "mutation { cartCreate(input: {}) { cart { id } } }" }).to_string();
    let url = server.url("/graphql");
    let post = |kind: Option<&str>, body: String| {
        let request = server.client.post(&url).header("cookie", "session=valid").body(body);
        match kind {
            Some(kind) => request.header(CONTENT_TYPE, kind),
            None => request,
        }
    };
    let encoded = "query=mutation%20%7B%20cartCreate(input%3A%20%7B%7D)%20%7B%20cart%20%7B%20id%20%7D%20%7D%20%7D";
    let part = format!("--x\r\ncontent-disposition: form-data; name=\"operations\"\r\n\r\n{change}\r\n--x--\r\n");
    // The channels are known from here on.
    sent(server.link(&[("query", "{ __typename }")])).await;
    let forms = [
        (post(Some("text/plain"), change.clone()), 415),
        (post(Some("application/x-www-form-urlencoded"), encoded.to_owned()), 415),
        (post(Some("multipart/form-data; boundary=x"), part), 415),
        (post(None, change.clone()), 415),
        (
            server.link(&[("query", "mutation { cartCreate(input: {}) { cart { id } } }")]),
            405,
        ),
        (server.client.head(format!("{url}?{encoded}")), 405),
    ];
    for (request, status) in forms {
        server.shop.know_channels().await;
        let (statements, answer) = server.shop.statements(sent(request)).await;
        assert_eq!(answer.status(), status);
        assert_eq!(statements, 0);
    }
    for kind in [
        "application/json; charset=utf-16",
        "application/jsonp",
        "application/graphql",
        "application/json, text/plain",
    ] {
        assert_eq!(sent(post(Some(kind), change.clone())).await.status(), 415, "{kind}");
    }
    for kind in [
        "application/json",
        "application/json; charset=\"UTF-8\"",
        "Application/JSON",
    ] {
        assert_eq!(sent(post(Some(kind), change.clone())).await.status(), 200, "{kind}");
    }
}

#[tokio::test]
async fn a_document_is_sent_once_and_named_after() {
    let server = Server::start().await;
    let text = "query Hash { channel { slug } }";
    let by_hash = |hash: &str| server.link(&[("extensions", &persisted(hash)), ("operationName", "Hash")]);
    let unknown = sent(by_hash(&hash(text))).await;
    assert_eq!(unknown.status(), 200, "part of the protocol, no failure");
    assert!(header(&unknown, CACHE_CONTROL).contains("no-store"));
    let body: Value = unknown.json().await.expect("JSON");
    assert_eq!(body["errors"][0]["message"], "PersistedQueryNotFound");
    assert_eq!(body["errors"][0]["extensions"]["code"], "PERSISTED_QUERY_NOT_FOUND");
    // A hash of something else is not believed.
    let lie =
        json!({ "query": text, "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hash("else") } } });
    assert_eq!(refusal(sent(server.ask(&lie)).await).await, "BAD_USER_INPUT");
    // What is refused is not kept.
    for bad in ["{", "query($a: Int!) { channel { slug } }"] {
        let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash(bad) } });
        sent(server.ask(&json!({ "query": bad, "extensions": extensions }))).await;
        assert_eq!(
            refusal(sent(by_hash(&hash(bad))).await).await,
            "PERSISTED_QUERY_NOT_FOUND"
        );
    }
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash(text).to_uppercase() } });
    let answer = sent(server.ask(&json!({ "query": text, "extensions": extensions }))).await;
    assert_eq!(
        answer.json::<Value>().await.expect("JSON")["data"]["channel"]["slug"],
        "us"
    );
    let answer = sent(by_hash(&hash(text))).await;
    assert_eq!(
        answer.json::<Value>().await.expect("JSON")["data"]["channel"]["slug"],
        "us"
    );
    // A mutation that is known by its hash still does not come by GET.
    let change = "mutation { cartCreate(input: {}) { cart { id } } }";
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash(change) } });
    sent(server.ask(&json!({ "query": change, "extensions": extensions }))).await;
    let answer = sent(server.link(&[("extensions", &persisted(&hash(change)))])).await;
    assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
    for wrong in [
        json!({ "persistedQuery": {} }),
        json!({ "persistedQuery": { "version": 2, "sha256Hash": "a" } }),
    ] {
        assert_eq!(sent(server.ask(&json!({ "extensions": wrong }))).await.status(), 400);
    }
}

#[tokio::test]
async fn an_answer_that_is_known_is_not_sent_again() {
    let server = Server::start().await;
    let ask = || server.link(&[("query", "{ channel { slug } }")]);
    let first = sent(ask()).await;
    let tag = header(&first, ETAG);
    assert!(tag.starts_with("W/\""), "{tag}");
    let again = sent(ask().header(IF_NONE_MATCH, format!("\"other\", {tag}"))).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(header(&again, ETAG), tag);
    assert_eq!(again.bytes().await.expect("a body").len(), 0);
    let other = sent(ask().header("x-channel", "eu").header(IF_NONE_MATCH, &tag)).await;
    assert_eq!(other.status(), 200, "another answer");
    let changed = sent(server.ask(&json!({ "query": "mutation { cartCreate(input: {}) { cart { id } } }" }))).await;
    assert!(header(&changed, CACHE_CONTROL).contains("no-store"));
    let wrong = sent(server.link(&[("query", "{ nothing }")])).await;
    assert!(header(&wrong, CACHE_CONTROL).contains("no-store"));
    assert_eq!(header(&wrong, ETAG), "");
    let staff = sent(ask().bearer_auth(OWNER_KEY)).await;
    assert!(header(&staff, CACHE_CONTROL).contains("private"));
}

#[tokio::test]
async fn who_is_not_known_is_told_so() {
    let server = Server::start().await;
    for accept in [OLD, NEW] {
        let answer = sent(
            server
                .ask(&json!({ "query": "{ __typename }" }))
                .bearer_auth("guessed")
                .header(ACCEPT, accept),
        )
        .await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(header(&answer, reqwest::header::WWW_AUTHENTICATE), "Bearer");
        assert_eq!(refusal(answer).await, "UNAUTHENTICATED");
    }
}
