//! What is too much, too slow or broken ends in a small answer with a code, and harms nobody else.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use futures_util::StreamExt;
use merx::http::server::Settings;
use merx::http::{Bodies, Edge, Gate};
use merx::platform::stop::Stop;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use super::listen;
use crate::support::Shop;

const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(600);
const WAIT: Duration = Duration::from_secs(20);

/// Handlers as nobody wants them, behind the layers of the edge.
struct Trial {
    base: String,
    client: reqwest::Client,
    begun: Arc<Notify>,
    go_on: Arc<Notify>,
    _shop: Shop,
}

fn roomy() -> Bodies {
    Bodies::new(1_000, LONG, 1 << 20)
}

fn wide() -> Gate {
    Gate::new(100, LONG)
}

impl Trial {
    async fn start(bodies: Bodies, gate: Gate) -> Self {
        let shop = Shop::demo().await;
        let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (begins, waits) = (Arc::clone(&begun), Arc::clone(&go_on));
        let hold = async move || {
            begins.notify_one();
            waits.notified().await;
            "held"
        };
        let drip = async || {
            let pieces = futures_util::stream::iter(0..4).then(async |i| {
                sleep(SHORT).await;
                Ok::<_, Infallible>(Bytes::from(format!("data: {i}\n\n")))
            });
            ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(pieces))
        };
        let routes = Router::new()
            .route("/", get(async || "here"))
            .route("/livez", get(async || "ok"))
            .route("/hold", get(hold))
            .route("/never", get(async || std::future::pending::<&str>().await))
            .route("/drip", get(drip))
            .route("/panic", get(async || broken().into_response()))
            .route("/echo", post(async |body: Bytes| body));
        let edge = Edge::new(&shop.app, routes, bodies, gate);
        let (address, _) = listen(edge, Settings::default(), Stop::default()).await;
        Self {
            base: format!("http://{address}"),
            client: reqwest::Client::new(),
            begun,
            go_on,
            _shop: shop,
        }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The status, `Retry-After`, and the first error of the answer.
    async fn refused(&self, request: reqwest::RequestBuilder) -> (u16, Option<String>, Value) {
        let answer = timeout(WAIT, request.send())
            .await
            .expect("in time")
            .expect("an answer");
        let status = answer.status().as_u16();
        let text = |name: &str| answer.headers().get(name).map(|v| v.to_str().expect("text").to_owned());
        let (retry_after, id) = (text("retry-after"), text("x-request-id"));
        let mut body: Value = answer.json().await.expect("JSON");
        let error = body["errors"][0].take();
        assert_eq!(error["extensions"]["requestId"].as_str(), id.as_deref(), "{error}");
        assert!(body.get("data").is_none());
        (status, retry_after, error)
    }

    async fn status(&self, path: &str) -> u16 {
        let answer = self.client.get(self.url(path)).send().await.expect("an answer");
        answer.status().as_u16()
    }
}

fn broken() -> &'static str {
    panic!("a secret that is in the panic's message")
}

#[tokio::test]
async fn a_body_has_a_size_declared_or_not() {
    let trial = Trial::start(roomy(), wide()).await;
    let echo = |size: usize| trial.client.post(trial.url("/echo")).body("x".repeat(size));
    let answer = echo(1_000).send().await.expect("an answer");
    assert_eq!(answer.text().await.expect("text").len(), 1_000);
    let (status, _, error) = trial.refused(echo(1_001)).await;
    assert_eq!(
        (status, error["extensions"]["code"].as_str()),
        (413, Some("BAD_REQUEST"))
    );

    let address = trial.base.trim_start_matches("http://");
    let chunked = async |chunks: usize| {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        let head = "POST /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";
        let chunk = format!("64\r\n{}\r\n", "x".repeat(100));
        let whole = format!("{head}{}0\r\n\r\n", chunk.repeat(chunks));
        // The server may hang up before it has read all.
        let _ = stream.write_all(whole.as_bytes()).await;
        let mut seen = Vec::new();
        let _ = timeout(WAIT, stream.read_to_end(&mut seen)).await.expect("an end");
        String::from_utf8_lossy(&seen).into_owned()
    };
    let fits = chunked(10).await;
    assert!(
        fits.starts_with("HTTP/1.1 200") && fits.ends_with(&"x".repeat(1_000)),
        "{fits}"
    );
    assert!(chunked(11).await.starts_with("HTTP/1.1 413"));
}

#[tokio::test]
async fn a_body_that_drips_is_cut() {
    let trial = Trial::start(Bodies::new(1_000, SHORT, 1 << 20), wide()).await;
    let stream = TcpStream::connect(trial.base.trim_start_matches("http://")).await;
    let (mut reader, mut writer) = stream.expect("a connection").into_split();
    let drip = tokio::spawn(async move {
        let _ = writer
            .write_all(b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\n")
            .await;
        // The pieces come faster than the deadline; together they are too slow.
        while writer.write_all(b"x").await.is_ok() {
            sleep(SHORT / 10).await;
        }
    });
    let mut seen = Vec::new();
    let _ = timeout(WAIT, reader.read_to_end(&mut seen))
        .await
        .expect("the server hangs up");
    let text = String::from_utf8_lossy(&seen);
    assert!(text.starts_with("HTTP/1.1 408") && text.contains("TIMEOUT"), "{text}");
    drip.abort();
}

#[tokio::test]
async fn bodies_have_so_much_memory_together() {
    let trial = Trial::start(Bodies::new(1_000, LONG, 1_500), wide()).await;
    let mut first = TcpStream::connect(trial.base.trim_start_matches("http://"))
        .await
        .expect("a connection");
    let begin = format!(
        "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{}",
        "x".repeat(999)
    );
    first.write_all(begin.as_bytes()).await.expect("written");
    let echo = || trial.client.post(trial.url("/echo")).body("x".repeat(800));
    let full = async {
        // The first body is read some time after it was written.
        loop {
            let answer = echo().send().await.expect("an answer");
            match answer.status().as_u16() {
                200 => sleep(SHORT / 10).await,
                status => return (status, answer.headers().contains_key("retry-after")),
            }
        }
    };
    assert_eq!(timeout(WAIT, full).await.expect("no room"), (503, true));
    first.write_all(b"x").await.expect("written");
    first.readable().await.expect("an answer");
    let room = async {
        while echo().send().await.expect("an answer").status() != 200 {
            sleep(SHORT / 10).await;
        }
    };
    timeout(WAIT, room).await.expect("the room is given back");
}

#[tokio::test]
async fn a_request_has_a_deadline_and_a_stream_has_not() {
    let trial = Trial::start(roomy(), Gate::new(100, SHORT)).await;
    let (status, _, error) = trial.refused(trial.client.get(trial.url("/never"))).await;
    assert_eq!((status, error["extensions"]["code"].as_str()), (504, Some("TIMEOUT")));
    let stream = trial.client.get(trial.url("/drip")).send().await.expect("an answer");
    let events = stream.text().await.expect("all events");
    assert_eq!(events.matches("data:").count(), 4, "{events}");
}

#[tokio::test]
async fn a_panic_is_one_failed_request() {
    let trial = Trial::start(roomy(), Gate::new(1, LONG)).await;
    for _ in 0..3 {
        let request = trial
            .client
            .get(trial.url("/panic"))
            .header("accept", "application/graphql-response+json");
        let (status, _, error) = trial.refused(request).await;
        assert_eq!((status, error["extensions"]["code"].as_str()), (500, Some("INTERNAL")));
        assert!(!error.to_string().contains("secret"), "{error}");
    }
    assert_eq!(trial.status("/").await, 200);
}

#[tokio::test]
async fn too_many_requests_at_once_are_told_to_come_back() {
    let trial = Trial::start(roomy(), Gate::new(1, LONG)).await;
    let held = tokio::spawn(trial.client.get(trial.url("/hold")).send());
    trial.begun.notified().await;
    let (status, retry_after, error) = trial.refused(trial.client.get(trial.url("/"))).await;
    assert_eq!((status, retry_after.as_deref()), (503, Some("1")));
    assert_eq!(error["extensions"]["code"], "OVERLOADED");
    assert_eq!(error["extensions"]["retryAfter"], 1);
    assert_eq!(
        trial.status("/livez").await,
        200,
        "whoever decides over its life is answered"
    );
    trial.go_on.notify_one();
    let answer = held.await.expect("no panic").expect("an answer");
    assert_eq!(answer.status(), 200, "whoever was let in is served");
    assert_eq!(trial.status("/").await, 200);

    // A client that hangs up gives its place back.
    let gone = tokio::spawn(trial.client.get(trial.url("/hold")).send());
    trial.begun.notified().await;
    gone.abort();
    let free = async {
        while trial.status("/").await != 200 {
            sleep(SHORT / 10).await;
        }
    };
    timeout(WAIT, free).await.expect("the place is free again");

    // A stream holds none.
    let stream = trial.client.get(trial.url("/drip")).send().await.expect("an answer");
    assert_eq!(trial.status("/").await, 200);
    assert!(stream.text().await.expect("all events").contains("data: 3"));
}
