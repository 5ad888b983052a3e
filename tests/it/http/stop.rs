//! The end of a server: nobody is cut who can still be served.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use merx::http::server::Settings;
use merx::platform::stop::{Phase, Stop};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use super::{Server, listen};

const WAIT: Duration = Duration::from_secs(20);

/// `/slow` answers some time after the stop; `/never` does not. Each tells when it begins.
fn routes(begun: &Arc<Notify>, stop: &Stop) -> Router {
    let (slow, never) = (Arc::clone(begun), Arc::clone(begun));
    let stop = stop.clone();
    let slow = async move || {
        slow.notify_one();
        stop.reached(Phase::Stopping).await;
        sleep(Duration::from_millis(300)).await;
        "done"
    };
    let never = async move || {
        never.notify_one();
        std::future::pending::<&str>().await
    };
    Router::new()
        .route("/", get(async || "here"))
        .route("/slow", get(slow))
        .route("/never", get(never))
}

#[tokio::test]
async fn requests_in_flight_are_answered_and_resting_connections_closed() {
    for http2 in [false, true] {
        let (stop, begun) = (Stop::default(), Arc::default());
        let (address, server) = listen(routes(&begun, &stop), Settings::default(), stop.clone()).await;
        let builder = reqwest::Client::builder();
        let builder = if http2 {
            builder.http2_prior_knowledge()
        } else {
            builder
        };
        let client = builder.build().expect("a client");
        let mut resting = TcpStream::connect(address).await.expect("a connection");
        resting
            .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
            .await
            .expect("written");
        resting.readable().await.expect("an answer");
        let slow = tokio::spawn(client.get(format!("http://{address}/slow")).send());
        begun.notified().await;
        stop.enter(Phase::Stopping);
        let answer = slow.await.expect("no panic").expect("an answer");
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.text().await.expect("text"), "done");
        timeout(WAIT, server).await.expect("the server ends").expect("no panic");
        let mut rest = Vec::new();
        timeout(WAIT, resting.read_to_end(&mut rest))
            .await
            .expect("closed")
            .expect("in order");
        assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
    }
}

#[tokio::test]
async fn who_connected_before_the_stop_is_served() {
    let stop = Stop::default();
    let (address, server) = listen(routes(&Arc::default(), &stop), Settings::default(), stop.clone()).await;
    let mut early = Vec::new();
    for _ in 0..20 {
        early.push(TcpStream::connect(address).await.expect("a connection"));
    }
    stop.enter(Phase::Stopping);
    // The requests and the stop come at the same time.
    for stream in &mut early {
        stream
            .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
            .await
            .expect("written");
    }
    for mut stream in early {
        let mut answer = String::new();
        let read = timeout(WAIT, stream.read_to_string(&mut answer)).await.expect("an end");
        read.expect("in order");
        assert!(
            answer.starts_with("HTTP/1.1 200") && answer.ends_with("here"),
            "{answer:?}"
        );
    }
    timeout(WAIT, server).await.expect("the server ends").expect("no panic");
}

#[tokio::test]
async fn a_request_that_does_not_end_does_not_hold_the_stop_up() {
    let (stop, begun) = (Stop::default(), Arc::default());
    let settings = Settings {
        drain: Duration::from_millis(300),
        ..Settings::default()
    };
    let (address, server) = listen(routes(&begun, &stop), settings, stop.clone()).await;
    let endless = tokio::spawn(reqwest::get(format!("http://{address}/never")));
    begun.notified().await;
    stop.enter(Phase::Stopping);
    timeout(WAIT, server).await.expect("the server ends").expect("no panic");
    endless.abort();
}

#[tokio::test]
async fn the_server_says_that_it_leaves_before_it_stops() {
    let server = Server::start().await;
    let status = async |path: &str| {
        let answer = server.client.get(server.url(path)).send().await.expect("an answer");
        answer.status().as_u16()
    };
    let closes = async || {
        let answer = server.client.get(server.url("/livez")).send().await.expect("an answer");
        answer.headers().get("connection").is_some_and(|value| value == "close")
    };
    assert_eq!(status("/readyz").await, 200);
    assert!(!closes().await);
    server.shop.app.stop.enter(Phase::Leaving);
    assert_eq!(status("/readyz").await, 503);
    assert_eq!(status("/livez").await, 200);
    assert_eq!(status("/graphql?query=%7B__typename%7D").await, 200, "it still serves");
    assert!(closes().await, "clients are told to ask elsewhere");
    // There is no way back.
    server.shop.app.stop.enter(Phase::Running);
    assert_eq!(server.shop.app.stop.phase(), Phase::Leaving);
}
