//! Headers of every answer, browsers of other origins, compression.

use axum::Router;
use axum::http::header;
use axum::routing::get;
use merx::config::{Config, ConfigError, Environment};
use merx::http::server::Settings;
use merx::http::{Bodies, Edge, Gate, Patience};
use merx::platform::stop::Stop;
use reqwest::{Method, Response};
use serde_json::json;

use super::{Server, listen};
use crate::support::Shop;

/// Several headers of a name are one list.
fn text(answer: &Response, name: &str) -> String {
    let values = answer.headers().get_all(name).iter();
    let values: Vec<&str> = values.map(|value| value.to_str().expect("text")).collect();
    values.join(", ")
}

#[tokio::test]
async fn every_answer_is_named_and_protected() {
    let server = Server::start().await;
    let client = &server.client;
    let graphql = server.url("/graphql");
    let requests = [
        (200, client.get(format!("{graphql}?query=%7B__typename%7D"))),
        (200, client.post(&graphql).json(&json!({ "query": "{ __typename }" }))),
        (200, client.get(server.url("/livez"))),
        (200, client.get(server.url("/graphiql"))),
        (404, client.get(server.url("/nothing"))),
        (404, client.get(server.url("/media/none.svg"))),
        (405, client.delete(&graphql)),
        (
            415,
            client.post(&graphql).header("content-type", "text/plain").body("{}"),
        ),
        (
            413,
            client
                .post(&graphql)
                .header("content-type", "application/json")
                .body("x".repeat(2 << 20)),
        ),
        (
            200,
            client
                .request(Method::OPTIONS, &graphql)
                .header("origin", "https://x.example")
                .header("access-control-request-method", "POST"),
        ),
    ];
    for (status, request) in requests {
        let answer = request.send().await.expect("an answer");
        let place = answer.url().path().to_owned();
        assert_eq!(answer.status(), status, "{place}");
        assert!(text(&answer, "x-request-id").len() >= 8, "{place} {status}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(text(&answer, name), value, "{place} {status}");
        }
        let policy = text(&answer, "content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{place} {status}: {policy}");
        assert!(
            !text(&answer, "cross-origin-resource-policy").is_empty(),
            "{place} {status}"
        );
        assert_eq!(text(&answer, "strict-transport-security"), "", "{place} {status}");
    }
}

/// Whoever strays can read why, and has a name to ask for help with.
#[tokio::test]
async fn unknown_paths_and_methods_are_refused_in_words() {
    let server = Server::start().await;
    let ask = async |method: Method, path: &str| {
        let request = server.client.request(method, server.url(path));
        let answer = request.header("accept-language", "de").send().await.expect("an answer");
        let (status, allow, id) = (answer.status(), text(&answer, "allow"), text(&answer, "x-request-id"));
        let kind = text(&answer, "content-type");
        assert!(kind.starts_with("application/json"), "{path}: {kind}");
        let body: serde_json::Value = answer.json().await.expect("JSON");
        let error = &body["errors"][0];
        assert_eq!(error["extensions"]["requestId"], id.as_str(), "{path}");
        let says = format!("{} {}", error["extensions"]["code"], error["message"]);
        (status.as_u16(), allow, says)
    };
    let nothing = r#""NOT_FOUND" "Unter diesem Pfad gibt es nichts""#;
    for (method, path) in [
        (Method::GET, "/nothing"),
        (Method::POST, "/"),
        (Method::GET, "/graphql/x"),
    ] {
        assert_eq!(ask(method, path).await, (404, String::new(), nothing.to_owned()));
    }
    let method = r#""BAD_REQUEST" "Dieser Pfad nimmt diese Methode nicht an""#;
    let allow = "GET,HEAD,POST".to_owned();
    assert_eq!(ask(Method::DELETE, "/graphql").await, (405, allow, method.to_owned()));
    let allow = "GET,HEAD".to_owned();
    assert_eq!(ask(Method::POST, "/livez").await, (405, allow, method.to_owned()));
}

#[tokio::test]
async fn a_request_keeps_a_plain_name_and_gets_one_for_any_other() {
    let server = Server::start().await;
    let long = "x".repeat(65);
    for (given, kept) in [
        ("order-77_a.b", true),
        ("0", true),
        (&long[1..], true),
        (long.as_str(), false),
        ("", false),
        ("two words", false),
        ("a\"b", false),
    ] {
        let body = json!({ "query": "{ nothing }" });
        let request = server
            .client
            .post(server.url("/graphql"))
            .json(&body)
            .header("x-request-id", given);
        let answer = request.send().await.expect("an answer");
        let name = text(&answer, "x-request-id");
        assert_eq!(name == given, kept, "{given:?} became {name:?}");
        assert!(!name.is_empty());
        let body: serde_json::Value = answer.json().await.expect("JSON");
        assert_eq!(body["errors"][0]["extensions"]["requestId"], name.as_str());
    }
    let ask = async || {
        let answer = server.client.get(server.url("/livez")).send().await.expect("an answer");
        text(&answer, "x-request-id")
    };
    assert_ne!(ask().await, ask().await);
}

/// The CORS headers of a preflight and of an answer for `origin`.
async fn cors(server: &Server, origin: &str) -> (Response, Response) {
    let preflight = server
        .client
        .request(Method::OPTIONS, server.url("/graphql"))
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type,x-apollo-operation-name");
    let request = server
        .client
        .get(server.url("/graphql?query=%7B__typename%7D"))
        .header("origin", origin);
    (
        preflight.send().await.expect("an answer"),
        request.send().await.expect("an answer"),
    )
}

#[tokio::test]
async fn listed_origins_may_call_with_credentials_and_others_may_not() {
    let listed = "https://shop.example";
    let shop = Shop::configured(|config| config.server.cors_origins = vec![listed.to_owned()]).await;
    let server = Server::of(shop, Patience::default()).await;
    let (preflight, answer) = cors(&server, listed).await;
    for answer in [&preflight, &answer] {
        assert_eq!(text(answer, "access-control-allow-origin"), listed);
        assert_eq!(text(answer, "access-control-allow-credentials"), "true");
        let mut varies = answer.headers().get_all("vary").into_iter();
        assert!(varies.any(|line| line.to_str().expect("text").contains("origin")));
    }
    let allowed = text(&preflight, "access-control-allow-headers");
    for name in [
        "content-type",
        "authorization",
        "idempotency-key",
        "x-cart-token",
        "x-channel",
        "x-currency",
        "apollo-require-preflight",
        "graphql-require-preflight",
        "x-apollo-operation-name",
        "apollographql-client-name",
        "apollographql-client-version",
    ] {
        assert!(
            allowed.split(',').any(|n| n.trim() == name),
            "{name} is not in {allowed}"
        );
    }
    assert_eq!(text(&preflight, "access-control-max-age"), "7200");
    let exposed = text(&answer, "access-control-expose-headers");
    for name in ["etag", "retry-after", "x-request-id"] {
        assert!(
            exposed.split(',').any(|n| n.trim() == name),
            "{name} is not in {exposed}"
        );
    }
    for stranger in [
        "https://evil.example",
        "https://shop.example.evil.example",
        "http://shop.example",
        "https://shop.example:444",
        "https://SHOP.example",
        "null",
    ] {
        let (preflight, answer) = cors(&server, stranger).await;
        for answer in [preflight, answer] {
            assert_eq!(text(&answer, "access-control-allow-origin"), "", "{stranger}");
        }
    }
    // A refusal can be read by whoever may read an answer.
    let large = server
        .client
        .post(server.url("/graphql"))
        .header("origin", listed)
        .body("x".repeat(2 << 20));
    let large = large.send().await.expect("an answer");
    assert_eq!(large.status(), 413);
    assert_eq!(text(&large, "access-control-allow-origin"), listed);
}

#[tokio::test]
async fn in_development_any_origin_may_call_without_credentials() {
    let server = Server::start().await;
    let (preflight, answer) = cors(&server, "http://localhost:5173").await;
    for answer in [preflight, answer] {
        assert_eq!(text(&answer, "access-control-allow-origin"), "*");
        assert_eq!(text(&answer, "access-control-allow-credentials"), "");
    }
}

#[test]
fn what_is_no_origin_is_refused_at_the_start() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let check = |origin: &str| {
        let mut config = crate::support::config(folder.path(), None);
        config.server.cors_origins = vec!["https://good.example".to_owned(), origin.to_owned()];
        config.check()
    };
    for good in [
        "https://shop.example",
        "http://localhost:5173",
        "http://[::1]:3000",
        "https://a-b.example:8443",
    ] {
        assert!(check(good).is_ok(), "{good}");
    }
    for bad in [
        "",
        "*",
        "shop.example",
        "https://",
        "https://shop.example/",
        "https://Shop.example",
        "https://*.example",
        "ftp://shop.example",
        "https://shop.example/path",
    ] {
        assert!(matches!(check(bad), Err(ConfigError::Origin(_))), "{bad}");
    }
}

#[tokio::test]
async fn browsers_are_kept_on_https_where_it_is_https() {
    let hsts = async |change: fn(&mut Config), proto: &'static str| {
        let shop = Shop::configured(change).await;
        let server = Server::of(shop, Patience::default()).await;
        let request = server
            .client
            .get(server.url("/livez"))
            .header("x-forwarded-proto", proto);
        let answer = request.send().await.expect("an answer");
        !text(&answer, "strict-transport-security").is_empty()
    };
    fn behind_proxy(config: &mut Config) {
        config.server.environment = Environment::Production;
        config.edge.trusted_proxies = vec!["127.0.0.1".parse().expect("an address")];
    }
    assert!(hsts(behind_proxy, "https").await);
    assert!(!hsts(behind_proxy, "http").await);
    assert!(
        !hsts(|config| config.server.environment = Environment::Production, "https").await,
        "anybody may say so"
    );
    assert!(hsts(|config| config.edge.hsts = Some(true), "http").await);
    let never = |config: &mut Config| {
        behind_proxy(config);
        config.edge.hsts = Some(false);
    };
    assert!(!hsts(never, "https").await);
}

#[tokio::test]
async fn answers_are_compressed_where_it_pays() {
    let shop = Shop::demo().await;
    let of = |kind: &'static str, size: usize| get(async move || ([(header::CONTENT_TYPE, kind)], "x".repeat(size)));
    let routes = Router::new()
        .route("/large", of("application/json", 5_000))
        .route("/small", of("application/json", 900))
        .route("/drawing", of("image/svg+xml", 5_000))
        .route("/picture", of("image/png", 5_000))
        .route("/events", of("text/event-stream", 5_000))
        .route("/parts", of("multipart/mixed; boundary=x", 5_000));
    let edge = Edge::new(
        &shop.app,
        routes,
        Bodies::new(1_000, std::time::Duration::from_secs(60), 1 << 20),
        Gate::new(10, std::time::Duration::from_secs(60)),
    );
    let (address, _) = listen(edge, Settings::default(), Stop::default()).await;
    let client = reqwest::Client::new();
    let compressed = async |path: &str, accepts: &str| {
        let request = client
            .get(format!("http://{address}{path}"))
            .header("accept-encoding", accepts);
        let answer = request.send().await.expect("an answer");
        let encoding = text(&answer, "content-encoding");
        let bytes = answer.bytes().await.expect("a body").len();
        assert_eq!(encoding.is_empty(), bytes >= 900, "{path}: {bytes} bytes");
        encoding
    };
    assert_eq!(compressed("/large", "gzip, br").await, "gzip");
    assert_eq!(compressed("/drawing", "gzip").await, "gzip");
    for path in ["/small", "/picture", "/events", "/parts"] {
        assert_eq!(compressed(path, "gzip").await, "", "{path}");
    }
    assert_eq!(compressed("/large", "identity").await, "");
    assert_eq!(compressed("/large", "gzip;q=0").await, "");
}
