//! What the edge costs: `query { __typename }` through the whole of Merx against a plain axum handler that returns the
//! same bytes. Both are processes of their own on loopback; the same client asks both with the same concurrency, in turns.
//!
//! `cargo bench --bench edge` prints the ratio and fails below one half; `-- --document FILE` measures another document
//! (without a bound), `-- --seconds N` changes the length of a turn.

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::header;
use axum::routing::post;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Connections that ask at the same time.
const CONNECTIONS: usize = 32;
/// Turns of each server.
const TURNS: usize = 5;
/// The least share of the plain handler's throughput.
const LEAST: f64 = 0.5;

/// Ends a process with the bench.
struct Server {
    process: Child,
    address: SocketAddr,
    _folder: Option<tempfile::TempDir>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn argument(name: &str) -> Option<String> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.next().and_then(|_| arguments.next())
}

fn free_port() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address")
}

/// The process of the plain handler.
async fn serve_plain(body: String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    println!("{}", listener.local_addr().expect("an address"));
    let answer = move || {
        let body = body.clone();
        async move { ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], body) }
    };
    let router = Router::new().route("/graphql", post(answer));
    axum::serve(listener, router).await.expect("it serves");
}

fn start_plain(body: &str) -> Server {
    let mut process = Command::new(std::env::current_exe().expect("a path"))
        .args(["--plain", body])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the plain server starts");
    let mut line = String::new();
    let out = process.stdout.take().expect("its output");
    BufReader::new(out).read_line(&mut line).expect("its address");
    Server {
        process,
        address: line.trim().parse().expect("an address"),
        _folder: None,
    }
}

async fn start_merx() -> Server {
    let folder = tempfile::tempdir().expect("a folder");
    let address = free_port();
    let process = Command::new(env!("CARGO_BIN_EXE_merx"))
        .arg("serve")
        .env_clear()
        .env("MERX_LISTEN", address.to_string())
        .env("MERX_DATA_DIR", folder.path())
        .env("MERX_BUDGET_ANONYMOUS", "1000000000/1000000000")
        .env("RUST_LOG", "warn")
        .stdout(Stdio::null())
        .spawn()
        .expect("merx starts");
    let deadline = Instant::now() + Duration::from_secs(60);
    while TcpStream::connect(address).await.is_err() {
        assert!(Instant::now() < deadline, "merx does not listen");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Server {
        process,
        address,
        _folder: Some(folder),
    }
}

/// A connection that asks one thing again and again.
struct Asker {
    stream: TcpStream,
    request: Vec<u8>,
    buffer: Vec<u8>,
}

impl Asker {
    async fn connect(address: SocketAddr, body: &str) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        stream.set_nodelay(true).expect("set");
        let request = format!(
            "POST /graphql HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\naccept: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        Self {
            stream,
            request: request.into_bytes(),
            buffer: vec![0; 64 << 10],
        }
    }

    /// Asks once; the body of the answer.
    async fn ask(&mut self) -> String {
        self.stream.write_all(&self.request).await.expect("sent");
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[filled..]).await.expect("an answer");
            assert!(read > 0, "the server hung up");
            filled += read;
            let text = std::str::from_utf8(&self.buffer[..filled]).expect("UTF-8");
            let Some((head, body)) = text.split_once("\r\n\r\n") else {
                continue;
            };
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length")
                    .then(|| value.trim().parse().ok())?
            });
            let length: usize = length.expect("a length");
            if body.len() >= length {
                assert!(head.starts_with("HTTP/1.1 200"), "{head}\n{body}");
                return body.to_owned();
            }
        }
    }
}

/// Answers a second.
async fn throughput(address: SocketAddr, body: &str, turn: Duration) -> f64 {
    let start = Instant::now();
    let tasks: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let body = body.to_owned();
            tokio::spawn(async move {
                let mut asker = Asker::connect(address, &body).await;
                let mut answers = 0_u32;
                while start.elapsed() < turn {
                    asker.ask().await;
                    answers += 1;
                }
                answers
            })
        })
        .collect();
    let mut sum = 0;
    for task in tasks {
        sum += task.await.expect("it asked");
    }
    f64::from(sum) / start.elapsed().as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[tokio::main]
async fn main() {
    if let Some(body) = argument("--plain") {
        return serve_plain(body).await;
    }
    let document = argument("--document");
    let query = document.as_ref().map_or_else(
        || "query { __typename }".to_owned(),
        |file| std::fs::read_to_string(file).expect("the document"),
    );
    let turn = Duration::from_secs(argument("--seconds").map_or(2, |n| n.parse().expect("a number")));
    let body = serde_json::json!({ "query": query }).to_string();
    let merx = start_merx().await;
    let answer = Asker::connect(merx.address, &body).await.ask().await;
    let plain = start_plain(&answer);
    println!(
        "the answer: {} bytes; {CONNECTIONS} connections, {TURNS} turns of {turn:?} each",
        answer.len()
    );
    // A first turn for each, not counted: caches, connections, clocks of the cores.
    throughput(merx.address, &body, turn / 2).await;
    throughput(plain.address, &body, turn / 2).await;
    let (mut of_merx, mut of_plain, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let with_merx = throughput(merx.address, &body, turn).await;
        let without = throughput(plain.address, &body, turn).await;
        of_merx.push(with_merx);
        of_plain.push(without);
        ratios.push(with_merx / without);
    }
    let ratio = median(ratios);
    println!("plain axum handler  {:>9.0} answers/s", median(of_plain));
    println!("Merx                {:>9.0} answers/s", median(of_merx));
    println!("ratio               {ratio:>9.2}");
    assert!(
        document.is_some() || ratio >= LEAST,
        "the edge costs more than {LEAST} of the throughput"
    );
}
