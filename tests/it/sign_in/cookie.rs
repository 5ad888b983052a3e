//! The refresh token in a cookie: for browsers, on one path, from pages of the shop.

use entity::account::refresh_token;
use merx::account::cookie;
use merx::config::Environment;
use merx::http::Patience;
use reqwest::{Method, StatusCode};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::{PASSWORD, customer};
use crate::http::Server;
use crate::support::Shop;

const SHOP: &str = "https://shop.example";
const REFRESH: &str = "mutation { sessionRefresh(input: {}) { accessToken refreshToken errors { code } } }";
const REVOKE: &str = "mutation { sessionRevoke(input: {}) { revoked errors { code } } }";

async fn server() -> Server {
    let shop = Shop::configured(|config| config.server.cors_origins = vec![SHOP.to_owned()]).await;
    customer(&shop, "a@example.com").await;
    Server::of(shop, Patience::default()).await
}

fn create(transport: &str) -> Value {
    let query = "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { accessToken refreshToken errors { code } } }";
    let input = json!({ "email": "a@example.com", "password": PASSWORD, "transport": transport });
    json!({ "query": query, "variables": { "input": input } })
}

/// Sends `body` to `path` as a script of the shop does, with `cookie` if the browser has one.
async fn post(server: &Server, path: &str, body: &Value, cookie: Option<&str>) -> reqwest::Response {
    let mut request = server.client.post(server.url(path)).header("origin", SHOP).json(body);
    if let Some(cookie) = cookie {
        request = request.header("cookie", cookie);
    }
    request.send().await.expect("an answer")
}

/// `name=value` of the cookie that an answer sets.
fn kept(response: &reqwest::Response) -> String {
    let header = response.headers()["set-cookie"].to_str().expect("a cookie");
    header.split(';').next().expect("a pair").to_owned()
}

/// Signs in, and gives the cookie.
async fn signed_in(server: &Server) -> String {
    kept(&post(server, "/graphql", &create("COOKIE"), None).await)
}

#[tokio::test]
async fn the_cookie_is_out_of_the_reach_of_scripts() {
    let server = server().await;
    let response = post(&server, "/graphql", &create("COOKIE"), None).await;
    assert_eq!(response.headers()["cache-control"], "private, no-store");
    let header = response.headers()["set-cookie"].to_str().expect("a cookie").to_owned();
    let (pair, attributes) = header.split_once("; ").expect("attributes");
    assert_eq!(
        attributes,
        "Path=/graphql/session; Max-Age=2592000; HttpOnly; SameSite=Strict"
    );
    assert!(pair.len() > "merx_refresh=".len() + 30, "{pair}");
    let body: Value = response.json().await.expect("JSON");
    assert!(body["data"]["sessionCreate"]["accessToken"].is_string());
    assert_eq!(
        body["data"]["sessionCreate"]["refreshToken"],
        json!(null),
        "it is in the cookie alone"
    );
    let response = post(&server, "/graphql", &create("BODY"), None).await;
    assert!(response.headers().get("set-cookie").is_none());

    let shop = Shop::configured(|config| config.server.environment = Environment::Production).await;
    customer(&shop, "a@example.com").await;
    let server = Server::of(shop, Patience::default()).await;
    let response = server
        .client
        .post(server.url("/graphql"))
        .json(&create("COOKIE"))
        .send()
        .await;
    let response = response.expect("an answer");
    let header = response.headers()["set-cookie"].to_str().expect("a cookie");
    assert!(header.ends_with("; Secure"), "{header}");
}

#[tokio::test]
async fn a_browser_goes_on_and_signs_out_with_the_cookie_alone() {
    let server = server().await;
    let first = signed_in(&server).await;
    // An access token that has expired meanwhile does not matter on this path.
    let response = server
        .client
        .post(server.url("/graphql/session"))
        .header("origin", SHOP)
        .header("authorization", "Bearer expired")
        .header("cookie", &first)
        .json(&json!({ "query": REFRESH }));
    let response = response.send().await.expect("an answer");
    assert_eq!(response.headers()["cache-control"], "private, no-store");
    assert_eq!(response.headers()["access-control-allow-credentials"], "true");
    let second = kept(&response);
    assert_ne!(first, second);
    let body: Value = response.json().await.expect("JSON");
    let payload = &body["data"]["sessionRefresh"];
    assert_eq!(
        (&payload["refreshToken"], &payload["errors"]),
        (&json!(null), &json!([]))
    );
    let access = payload["accessToken"].as_str().expect("a token").to_owned();
    assert!(super::is_believed(&server.shop, &access).await);

    let response = post(&server, "/graphql/session", &json!({ "query": REVOKE }), Some(&second)).await;
    let header = response.headers()["set-cookie"].to_str().expect("a cookie").to_owned();
    assert!(
        header.starts_with("merx_refresh=;") && header.contains("Max-Age=0"),
        "{header}"
    );
    assert_eq!(
        response.json::<Value>().await.expect("JSON")["data"]["sessionRevoke"]["revoked"],
        true
    );
    assert!(!super::is_believed(&server.shop, &access).await);
    let response = post(&server, "/graphql/session", &json!({ "query": REFRESH }), Some(&second)).await;
    assert!(kept(&response).ends_with('='), "a cookie that is no good is taken away");
    let body: Value = response.json().await.expect("JSON");
    assert_eq!(body["data"]["sessionRefresh"]["errors"][0]["code"], "INVALID_TOKEN");
}

#[tokio::test]
async fn one_path_reads_the_cookie() {
    let server = server().await;
    let cookie = signed_in(&server).await;
    for document in [REFRESH, REVOKE] {
        let response = post(&server, "/graphql", &json!({ "query": document }), Some(&cookie)).await;
        assert!(response.headers().get("set-cookie").is_none());
        let body: Value = response.json().await.expect("JSON");
        let code = body["errors"][0]["extensions"]["code"].as_str().expect("a code");
        assert!(["BAD_USER_INPUT", "UNAUTHENTICATED"].contains(&code), "{body}");
    }
    let seen = post(
        &server,
        "/graphql",
        &json!({ "query": "{ viewer { __typename } }" }),
        Some(&cookie),
    )
    .await;
    assert_eq!(
        seen.json::<Value>().await.expect("JSON")["data"]["viewer"],
        json!(null),
        "a cookie is nobody"
    );
    // A stream has no headers of its own when the answer is known.
    let response = server
        .client
        .post(server.url("/graphql"))
        .header("accept", "text/event-stream")
        .json(&create("COOKIE"));
    let text = response.send().await.expect("an answer").text().await.expect("events");
    assert!(
        text.contains("BAD_USER_INPUT") && !text.contains("accessToken\":\""),
        "{text}"
    );
}

/// Every request that a foreign page can have a browser send without asking first, with the cookie that the browser would
/// not even add: nothing changes.
#[tokio::test]
async fn foreign_pages_change_nothing() {
    let server = server().await;
    let cookie = signed_in(&server).await;
    let before = refresh_token::Entity::find()
        .all(&server.shop.app.db)
        .await
        .expect("a read");
    let form = |document: &str| {
        format!(
            "query={}",
            document.replace(' ', "+").replace('{', "%7B").replace('}', "%7D")
        )
    };
    let multipart = |document: &str| {
        let operations = json!({ "query": document }).to_string();
        format!("--x\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n{operations}\r\n--x--\r\n")
    };
    for path in ["/graphql/session", "/graphql"] {
        for document in [REFRESH, REVOKE] {
            let json = json!({ "query": document }).to_string();
            let link = format!("{path}?{}", form(document));
            let simple = [
                (Method::GET, link.clone(), None, String::new()),
                (Method::HEAD, link.clone(), None, String::new()),
                (Method::POST, path.to_owned(), Some("text/plain"), json.clone()),
                (
                    Method::POST,
                    path.to_owned(),
                    Some("application/x-www-form-urlencoded"),
                    form(document),
                ),
                (
                    Method::POST,
                    path.to_owned(),
                    Some("multipart/form-data; boundary=x"),
                    multipart(document),
                ),
                (Method::POST, link.clone(), None, json.clone()),
                // Not among the six: a script that was let through by mistake.
                (Method::POST, path.to_owned(), Some("application/json"), json),
            ];
            for (method, url, kind, body) in simple {
                let mut request = server
                    .client
                    .request(method.clone(), server.url(&url))
                    .header("origin", "https://evil.example")
                    .header("cookie", &cookie)
                    .body(body);
                if let Some(kind) = kind {
                    request = request.header("content-type", kind);
                }
                let response = request.send().await.expect("an answer");
                assert!(
                    response.headers().get("set-cookie").is_none(),
                    "{method} {url} {kind:?}"
                );
                assert!(
                    response.headers().get("access-control-allow-origin").is_none(),
                    "{method} {url}"
                );
                if path == "/graphql/session" {
                    assert_ne!(response.status(), StatusCode::OK, "{method} {url} {kind:?}");
                }
            }
        }
    }
    let after = refresh_token::Entity::find()
        .all(&server.shop.app.db)
        .await
        .expect("a read");
    assert_eq!(before, after, "no token was exchanged");
    let response = post(&server, "/graphql/session", &json!({ "query": REFRESH }), Some(&cookie)).await;
    let body: Value = response.json().await.expect("JSON");
    assert_eq!(
        body["data"]["sessionRefresh"]["errors"],
        json!([]),
        "the session goes on"
    );
}

#[test]
fn a_cookie_is_read_once_or_not_at_all() {
    let read = |lines: &[&'static str]| cookie::read(lines.iter().copied());
    assert_eq!(read(&["a=b; merx_refresh=token; c=d"]).as_deref(), Some("token"));
    assert_eq!(read(&["a=b", "merx_refresh=token"]).as_deref(), Some("token"));
    assert_eq!(read(&["merx_refresh=token; merx_refresh=planted"]), None);
    assert_eq!(read(&["merx_refresh=token", "merx_refresh=planted"]), None);
    assert_eq!(read(&["xmerx_refresh=token; merx_refresh"]), None);
    assert_eq!(read(&["merx_refresh="]), None);
    assert_eq!(read(&[]), None);
}
