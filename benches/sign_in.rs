//! What 200 people who sign in at once do to everybody else: the time of a listing page while their passwords are hashed,
//! against its time when nobody signs in. One process of Merx on loopback, on the demo shop.
//!
//! `cargo bench --bench sign_in` prints both and fails when the 99th percentile more than doubles.

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::net::TcpStream;

/// Sign-ins at the same time.
const SIGN_INS: usize = 200;
/// How often so many come at once.
const WAVES: usize = 3;
/// Shoppers who look at listing pages.
const SHOPPERS: usize = 4;
/// How long a shopper looks at a page.
const PAUSE: Duration = Duration::from_millis(20);
/// How long they do so alone.
const ALONE: Duration = Duration::from_secs(20);
/// How much slower a page may be meanwhile.
const MOST: f64 = 2.0;

const LISTING: &str = "query Listing { products(first: 24) { nodes { id slug name brand availableForSale
  priceRange { min { amount currencyCode } max { amount currencyCode } } media(first: 1) { url alt }
  variants(first: 2) { id sku price { amount currencyCode } compareAtPrice { amount currencyCode } quantityAvailable } }
  pageInfo { hasNextPage endCursor } } }";
const SIGN_IN: &str =
    "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { accessToken errors { code } } }";

/// Ends the process with the bench.
struct Server {
    process: Child,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn start() -> Server {
    let folder = tempfile::tempdir().expect("a folder");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let process = Command::new(env!("CARGO_BIN_EXE_merx"))
        .arg("serve")
        .env_clear()
        .env("MERX_LISTEN", address.to_string())
        .env("MERX_DATA_DIR", folder.path())
        .env("MERX_BUDGET_ANONYMOUS", "1000000000/1000000000")
        // So that each of them comes from an address of their own.
        .env("MERX_TRUSTED_PROXIES", "127.0.0.0/8")
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
        _folder: folder,
    }
}

async fn ask(client: &reqwest::Client, address: SocketAddr, from: usize, body: &Value) -> Value {
    let request = client
        .post(format!("http://{address}/graphql"))
        .header(
            "x-forwarded-for",
            format!("10.{}.{}.{}", from >> 16 & 255, from >> 8 & 255, from & 255),
        )
        .json(body);
    let answer = request.send().await.expect("an answer");
    answer.json().await.expect("JSON")
}

/// How long the pages of all shoppers take until `done`.
async fn shop(address: SocketAddr, done: Arc<AtomicBool>) -> Vec<Duration> {
    let shoppers: Vec<_> = (0..SHOPPERS)
        .map(|number| {
            let done = Arc::clone(&done);
            tokio::spawn(async move {
                let client = reqwest::Client::new();
                let body = json!({ "query": LISTING });
                let mut times = Vec::new();
                while !done.load(Ordering::Relaxed) {
                    let start = Instant::now();
                    let answer = ask(&client, address, 0xff_0000 + number, &body).await;
                    times.push(start.elapsed());
                    assert!(answer.get("errors").is_none(), "{answer}");
                    tokio::time::sleep(PAUSE).await;
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for shopper in shoppers {
        times.extend(shopper.await.expect("they shopped"));
    }
    times.sort_unstable();
    times
}

/// So many sign-ins at once, every other one with an address that nobody has; how long the slowest takes.
async fn wave(address: SocketAddr, number: usize) -> (usize, Duration) {
    let client = reqwest::Client::new();
    let start = Instant::now();
    let all: Vec<_> = (0..SIGN_INS)
        .map(|n| {
            let client = client.clone();
            let known = n % 2 == 0 && number == 0;
            let email = if known {
                "admin@example.com".to_owned()
            } else {
                format!("nobody{n}@example.com")
            };
            let input = json!({ "email": email, "password": "demo-admin-password", "kind": "STAFF" });
            let body = json!({ "query": SIGN_IN, "variables": { "input": input } });
            tokio::spawn(async move {
                let answer = ask(&client, address, number * SIGN_INS + n, &body).await;
                let payload = &answer["data"]["sessionCreate"];
                assert!(
                    payload["accessToken"].is_string() || payload["errors"][0]["code"].is_string(),
                    "{answer}"
                );
                payload["accessToken"].is_string()
            })
        })
        .collect();
    let mut came_in = 0;
    for one in all {
        came_in += usize::from(one.await.expect("they tried"));
    }
    (came_in, start.elapsed())
}

fn percentile(times: &[Duration], share: f64) -> f64 {
    let at = (times.len() as f64 * share) as usize;
    times[at.min(times.len() - 1)].as_secs_f64() * 1e3
}

#[tokio::main]
async fn main() {
    // Clients want one, though none of them speaks TLS here.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let server = start().await;
    let address = server.address;
    // Caches and connections are warm.
    let warm = Arc::new(AtomicBool::new(false));
    let shoppers = tokio::spawn(shop(address, Arc::clone(&warm)));
    wave(address, 50).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    warm.store(true, Ordering::Relaxed);
    shoppers.await.expect("they shopped");

    let done = Arc::new(AtomicBool::new(false));
    let shoppers = tokio::spawn(shop(address, Arc::clone(&done)));
    tokio::time::sleep(ALONE).await;
    done.store(true, Ordering::Relaxed);
    let alone = shoppers.await.expect("they shopped");

    let done = Arc::new(AtomicBool::new(false));
    let shoppers = tokio::spawn(shop(address, Arc::clone(&done)));
    for number in 0..WAVES {
        let (came_in, took) = wave(address, number).await;
        println!(
            "{SIGN_INS} sign-ins at once: {came_in} with the right password; the last is answered after {took:.1?}"
        );
    }
    done.store(true, Ordering::Relaxed);
    let among = shoppers.await.expect("they shopped");

    for (name, times) in [("alone", &alone), ("among sign-ins", &among)] {
        println!(
            "a listing page {name:<15} {:>6} pages  p50 {:>6.1} ms  p99 {:>6.1} ms",
            times.len(),
            percentile(times, 0.5),
            percentile(times, 0.99)
        );
    }
    let ratio = percentile(&among, 0.99) / percentile(&alone, 0.99);
    println!("ratio of p99 {ratio:.2}");
    assert!(ratio <= MOST, "sign-ins starve the shop");
}
