//! HTTP/2 without TLS, as proxies speak it.

use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use merx::http::server::Settings;
use merx::platform::stop::{Phase, Stop};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::listen;

const WAIT: Duration = Duration::from_secs(20);
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

fn routes() -> Router {
    Router::new()
        .route("/", get(async || "here"))
        .route("/echo", post(async |body: String| body))
}

fn client() -> reqwest::Client {
    let builder = reqwest::Client::builder().http2_prior_knowledge();
    builder.build().expect("a client")
}

#[tokio::test]
async fn both_versions_are_spoken_on_one_port() {
    let stop = Stop::default();
    let (address, server) = listen(routes(), Settings::default(), stop.clone()).await;
    let (old, new) = (reqwest::Client::new(), client());
    let url = format!("http://{address}/echo");
    for (client, version) in [(&old, reqwest::Version::HTTP_11), (&new, reqwest::Version::HTTP_2)] {
        let asked = (0..50).map(|i| client.post(&url).body(format!("{i}")).send());
        for (i, answer) in futures_util::future::join_all(asked).await.into_iter().enumerate() {
            let answer = answer.expect("an answer");
            assert_eq!(answer.version(), version);
            assert_eq!(answer.text().await.expect("text"), format!("{i}"));
        }
    }
    stop.enter(Phase::Stopping);
    timeout(WAIT, server)
        .await
        .expect("connections of both versions are closed")
        .expect("no panic");
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let idle = Settings {
        idle: Duration::from_millis(1_500),
        ..Settings::default()
    };
    let (address, _) = listen(routes(), idle, Stop::default()).await;
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(PREFACE).await.expect("written");
    stream.write_all(&frame(4, 0, 0, &[])).await.expect("settings");
    stream.write_all(&request(1)).await.expect("a request");
    let mut seen = Vec::new();
    timeout(WAIT, stream.read_to_end(&mut seen))
        .await
        .expect("an end")
        .expect("a good end");
    let frames = frames(&seen);
    assert!(frames.contains(&1), "headers of the answer: {frames:?}");
    assert_eq!(
        frames.iter().filter(|kind| **kind == GOAWAY).count().min(1),
        1,
        "{frames:?}"
    );
}

const GOAWAY: u8 = 7;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
    let mut frame = vec![length[1], length[2], length[3], kind, flags];
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// `GET / HTTP/2` with the authority `x`, from the static table of HPACK.
fn request(stream: u32) -> Vec<u8> {
    frame(1, 0x5, stream, &[0x82, 0x86, 0x84, 0x41, 0x01, b'x'])
}

/// The kinds of the frames in `bytes`.
fn frames(bytes: &[u8]) -> Vec<u8> {
    let (mut kinds, mut at) = (Vec::new(), 0);
    while let Some(head) = bytes.get(at..at + 9) {
        kinds.push(head[3]);
        at += 9 + usize::from(head[0]) * 65536 + usize::from(head[1]) * 256 + usize::from(head[2]);
    }
    kinds
}

#[tokio::test]
async fn streams_that_are_reset_as_fast_as_they_open_end_the_connection() {
    let (address, _) = listen(routes(), Settings::default(), Stop::default()).await;
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let mut flood = PREFACE.to_vec();
    flood.extend(frame(4, 0, 0, &[]));
    for i in 0..2_000u32 {
        flood.extend(request(2 * i + 1));
        // CANCEL
        flood.extend(frame(3, 0, 2 * i + 1, &[0, 0, 0, 8]));
    }
    let _ = stream.write_all(&flood).await;
    let mut seen = Vec::new();
    let end = timeout(WAIT, stream.read_to_end(&mut seen))
        .await
        .expect("the server ends the connection");
    assert!(end.is_err() || frames(&seen).contains(&GOAWAY), "{:?}", frames(&seen));
    // Others are served.
    let answer = client()
        .get(format!("http://{address}/"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn large_headers_are_refused() {
    let (address, _) = listen(routes(), Settings::default(), Stop::default()).await;
    let url = format!("http://{address}/");
    let fits = client().get(&url).header("x-long", "x".repeat(8 << 10)).send().await;
    assert_eq!(fits.expect("an answer").status(), 200);
    let long = client().get(&url).header("x-long", "x".repeat(100 << 10)).send().await;
    assert!(
        long.is_err() || long.is_ok_and(|answer| answer.status() == 431),
        "refused"
    );
}
