//! GraphQL over HTTP, media, health: what the wire promises.

use serde_json::{Value, json};

use super::Server;
use crate::support::OWNER_KEY;

#[tokio::test]
async fn queries_come_by_get_and_changes_do_not() {
    let server = Server::start().await;
    let get = |query: &str| {
        let url = reqwest::Url::parse_with_params(&server.url("/graphql"), [("query", query)]).expect("an address");
        server.client.get(url).send()
    };
    let answer = get("{ channel { slug } }").await.expect("an answer");
    assert_eq!(answer.status(), 200);
    assert_eq!(
        answer.json::<Value>().await.expect("JSON")["data"]["channel"]["slug"],
        "us"
    );
    let refused = get("mutation { cartCreate(input: {}) { cart { id } } }")
        .await
        .expect("an answer");
    assert_eq!(refused.status(), 405);
    assert_eq!(refused.headers()["allow"], "POST");
}

#[tokio::test]
async fn what_is_no_request_is_refused_with_a_code() {
    let server = Server::start().await;
    let post = |kind: &'static str, body: String| {
        server
            .client
            .post(server.url("/graphql"))
            .header("content-type", kind)
            .body(body)
            .send()
    };
    for (kind, body, status) in [
        ("text/plain", "{}".to_owned(), 415),
        ("application/json", "{".to_owned(), 400),
        ("application/json", "[]".to_owned(), 400),
        ("application/json", "{}".to_owned(), 400),
        (
            "application/json",
            format!("{{\"query\":\"{}\"}}", "x".repeat(2 << 20)),
            413,
        ),
    ] {
        let answer = post(kind, body).await.expect("an answer");
        assert_eq!(answer.status(), status, "{kind}");
    }
    let large = json!({ "query": format!("{{ channel {{ slug }} }} #{}", "x".repeat(65 << 10)) });
    let answer: Value = post("application/json", large.to_string())
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!(answer["errors"][0]["extensions"]["code"], "COST_LIMIT");
}

#[tokio::test]
async fn a_hash_may_say_what_it_is() {
    let server = Server::start().await;
    let ask = async |body: Value| {
        let request = server.client.post(server.url("/graphql")).json(&body);
        let answer = request.send().await.expect("an answer");
        answer.json::<Value>().await.expect("JSON")
    };
    let document = "query Hashed { channel { slug } }";
    let hash = merx::platform::text::sha256_hex(document.as_bytes());
    let named = |hash: &str| json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    let prefixed = format!("sha256:{hash}");
    let miss = ask(json!({ "extensions": named(&prefixed) })).await;
    assert_eq!(miss["errors"][0]["extensions"]["code"], "PERSISTED_QUERY_NOT_FOUND");
    ask(json!({ "query": document, "extensions": named(&prefixed) })).await;
    for body in [
        json!({ "extensions": named(&prefixed) }),
        json!({ "extensions": named(&hash) }),
        json!({ "documentId": prefixed }),
        json!({ "documentId": hash }),
    ] {
        assert_eq!(ask(body.clone()).await["data"]["channel"]["slug"], "us", "{body}");
    }
}

#[tokio::test]
async fn headers_choose_channel_and_viewer() {
    let server = Server::start().await;
    let ask = async |name: &'static str, value: String| {
        let body = json!({ "query": "{ channel { slug currencyCode taxIncluded } }" });
        let request = server
            .client
            .post(server.url("/graphql"))
            .header(name, value)
            .json(&body);
        request
            .send()
            .await
            .expect("an answer")
            .json::<Value>()
            .await
            .expect("JSON")
    };
    assert_eq!(
        ask("x-channel", "eu".to_owned()).await["data"]["channel"]["currencyCode"],
        "EUR"
    );
    let unknown = ask("x-channel", "moon".to_owned()).await;
    assert_eq!(unknown["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    let staff = ask("authorization", format!("Bearer {OWNER_KEY}")).await;
    assert_eq!(staff["data"]["channel"]["slug"], "us");
    let wrong = ask("authorization", "Bearer guessed".to_owned()).await;
    assert_eq!(wrong["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert_eq!(wrong["data"], Value::Null);
}

#[tokio::test]
async fn the_server_says_how_it_is() {
    let server = Server::start().await;
    for path in ["/livez", "/readyz"] {
        let answer = server.client.get(server.url(path)).send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{path}");
    }
    server.shop.app.db.close().await.expect("closed");
    let alive = server.client.get(server.url("/livez")).send().await.expect("an answer");
    assert_eq!(alive.status(), 200);
    let ready = server
        .client
        .get(server.url("/readyz"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(ready.status(), 503);
}

#[tokio::test]
async fn media_is_served_and_nothing_else_is() {
    let server = Server::start().await;
    let drawn = bytes::Bytes::from_static(b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    server.shop.app.media.put("demo/drawn.svg", drawn).await.expect("kept");
    let picture = server
        .client
        .get(server.url("/media/demo/drawn.svg"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(picture.status(), 200);
    assert_eq!(picture.headers()["content-type"], "image/svg+xml");
    assert!(
        picture.headers()["content-security-policy"]
            .to_str()
            .expect("text")
            .contains("sandbox")
    );
    for path in [
        "/media/demo/none.svg",
        "/media/..%2f..%2fmerx.db",
        "/media/demo",
        "/media/.hidden",
    ] {
        let answer = server.client.get(server.url(path)).send().await.expect("an answer");
        assert_eq!(answer.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn the_bank_page_of_the_test_gateway_confirms() {
    let server = Server::start().await;
    let (variant, _) = server.shop.variant(1).await;
    let cart = server.shop.ready_cart(&variant, 1).await;
    let payment = server.shop.pay(&cart, "tok_3ds").await["payment"].take();
    let url = server.url(payment["nextAction"]["url"].as_str().expect("an address"));
    let page = server
        .client
        .get(&url)
        .send()
        .await
        .expect("an answer")
        .text()
        .await
        .expect("text");
    assert!(page.contains("Confirm"), "{page}");
    let form = [("success", "true")];
    let body = form.map(|(k, v)| format!("{k}={v}")).join("&");
    let request = server
        .client
        .post(&url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    assert_eq!(request.send().await.expect("an answer").status(), 200);
    let done = server.shop.complete(&cart, &payment["id"], Value::Null).await;
    assert_eq!(done["order"]["paymentStatus"], "PAID");
}
