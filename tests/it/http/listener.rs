//! Clients that are slow, silent, huge or many.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::{get, post};
use merx::http::server::Settings;
use merx::platform::stop::Stop;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::listen;

/// The patience that is tried, long enough for a request on a busy machine, and a time that no test waits for.
const SHORT: Duration = Duration::from_millis(1_500);
const LONG: Duration = Duration::from_secs(600);
/// How long a test waits for what must happen.
const WAIT: Duration = Duration::from_secs(20);

fn routes() -> Router {
    Router::new()
        .route("/", get(async || "here"))
        .route("/echo", post(async |body: String| body))
        .route("/huge", get(async || Body::from(vec![b'x'; 64 << 20])))
}

/// Nothing but what is tried ends a connection.
fn patient() -> Settings {
    Settings {
        headers: LONG,
        idle: LONG,
        stall: LONG,
        ..Settings::default()
    }
}

async fn open(settings: Settings) -> impl AsyncFn() -> TcpStream {
    let (address, _) = listen(routes(), settings, Stop::default()).await;
    async move || TcpStream::connect(address).await.expect("a connection")
}

/// Reads one answer whose body is as long as it says; gives its first line.
async fn answer(stream: &mut TcpStream) -> String {
    let mut seen = Vec::new();
    let mut byte = [0; 1];
    while !seen.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte).await {
            Ok(1..) => seen.extend_from_slice(&byte),
            _ => break,
        }
    }
    let head = String::from_utf8_lossy(&seen).to_lowercase();
    let length = head
        .split("content-length: ")
        .nth(1)
        .and_then(|rest| rest.split("\r\n").next()?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    let _ = stream.read_exact(&mut body).await;
    head.lines().next().unwrap_or_default().to_owned()
}

async fn ask(stream: &mut TcpStream) -> String {
    // A refused connection may be gone before anything is asked.
    let _ = stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    timeout(WAIT, answer(stream)).await.expect("an answer or an end")
}

/// Waits until the server hangs up.
async fn hung_up(stream: &mut TcpStream) {
    let end = async { while matches!(stream.read(&mut [0; 1024]).await, Ok(1..)) {} };
    timeout(WAIT, end).await.expect("the server hangs up");
}

#[tokio::test]
async fn headers_that_drip_are_cut() {
    let connect = open(Settings {
        headers: SHORT,
        ..patient()
    })
    .await;
    let (mut reader, mut writer) = connect().await.into_split();
    let drip = async {
        let mut written = writer.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: ").await;
        while written.is_ok() {
            sleep(SHORT / 10).await;
            written = writer.write_all(b"x").await;
        }
    };
    let cut = async { while matches!(reader.read(&mut [0; 1024]).await, Ok(1..)) {} };
    let first = timeout(WAIT, async {
        tokio::select! { () = drip => {} () = cut => {} }
    });
    first.await.expect("the server hangs up on slow headers");
    // Whoever says nothing at all is cut too, and whoever asks is answered.
    let mut silent = connect().await;
    assert_eq!(ask(&mut connect().await).await, "http/1.1 200 ok");
    hung_up(&mut silent).await;
}

#[tokio::test]
async fn a_connection_may_rest_for_longer_than_headers_take() {
    let connect = open(Settings {
        headers: SHORT,
        ..patient()
    })
    .await;
    let mut stream = connect().await;
    assert_eq!(ask(&mut stream).await, "http/1.1 200 ok");
    sleep(SHORT * 3).await;
    assert_eq!(ask(&mut stream).await, "http/1.1 200 ok");
    // But the next headers are on the clock again.
    stream.write_all(b"GET / HT").await.expect("written");
    hung_up(&mut stream).await;
}

#[tokio::test]
async fn a_connection_does_not_rest_for_ever() {
    let connect = open(Settings {
        idle: SHORT,
        ..patient()
    })
    .await;
    let mut stream = connect().await;
    assert_eq!(ask(&mut stream).await, "http/1.1 200 ok");
    hung_up(&mut stream).await;
}

#[tokio::test]
async fn who_does_not_read_the_answer_loses_the_connection() {
    let settings = Settings {
        stall: SHORT,
        connections: 1,
        ..patient()
    };
    let connect = open(settings).await;
    let mut stalled = connect().await;
    let request = b"GET /huge HTTP/1.1\r\nhost: x\r\n\r\n";
    stalled.write_all(request).await.expect("written");
    stalled.readable().await.expect("the answer begins");
    // The only place is free again although nobody hung up on our side.
    let free = async {
        while ask(&mut connect().await).await != "http/1.1 200 ok" {
            sleep(SHORT / 10).await;
        }
    };
    timeout(WAIT, free).await.expect("the place is free again");
    drop(stalled);
}

#[tokio::test]
async fn large_heads_are_refused() {
    let connect = open(patient()).await;
    let long = format!("GET / HTTP/1.1\r\nhost: x\r\nx-long: {}\r\n\r\n", "x".repeat(40 << 10));
    let many = format!("GET / HTTP/1.1\r\nhost: x\r\n{}\r\n", "x-many: x\r\n".repeat(200));
    let fits = format!("GET / HTTP/1.1\r\nhost: x\r\nx-long: {}\r\n\r\n", "x".repeat(16 << 10));
    for (head, line) in [
        (long, "http/1.1 431 request header fields too large"),
        (many, "http/1.1 431 request header fields too large"),
        (fits, "http/1.1 200 ok"),
    ] {
        let mut stream = connect().await;
        // The server may hang up before it has read all.
        let _ = stream.write_all(head.as_bytes()).await;
        let found = timeout(WAIT, answer(&mut stream)).await.expect("an answer");
        assert_eq!(found, line, "{} bytes", head.len());
    }
}

#[tokio::test]
async fn an_address_has_so_many_connections() {
    let few = Settings {
        connections_per_address: 2,
        ..patient()
    };
    let connect = open(few.clone()).await;
    let (mut first, mut second) = (connect().await, connect().await);
    for stream in [&mut first, &mut second] {
        assert_eq!(ask(stream).await, "http/1.1 200 ok");
    }
    let third = ask(&mut connect().await).await;
    // The refusal is written without waiting, and may be lost when the connection is reset.
    assert!(third.is_empty() || third.contains("503"), "{third}");
    drop(first);
    let again = async {
        while ask(&mut connect().await).await != "http/1.1 200 ok" {
            sleep(SHORT / 10).await;
        }
    };
    timeout(WAIT, again).await.expect("the place is free again");

    // The clients of a proxy are counted elsewhere.
    let behind_proxy = Settings {
        trusted_proxies: vec!["127.0.0.0/8".parse().expect("a network")],
        ..few
    };
    let connect = open(behind_proxy).await;
    let mut streams = Vec::new();
    for _ in 0..5 {
        let mut stream = connect().await;
        assert_eq!(ask(&mut stream).await, "http/1.1 200 ok");
        streams.push(stream);
    }
}

#[tokio::test]
async fn the_server_has_so_many_connections() {
    let connect = open(Settings {
        connections: 2,
        ..patient()
    })
    .await;
    let (mut first, mut second) = (connect().await, connect().await);
    for stream in [&mut first, &mut second] {
        assert_eq!(ask(stream).await, "http/1.1 200 ok");
    }
    let mut third = connect().await;
    let answered = timeout(WAIT, answer(&mut third))
        .await
        .expect("an answer without a question");
    assert_eq!(answered, "http/1.1 503 service unavailable");
    assert_eq!(ask(&mut first).await, "http/1.1 200 ok", "who has a place keeps it");
}
