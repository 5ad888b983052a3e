//! How soon a change is found: 100 changes of products a second against one process of Merx, each of them looked for until
//! a search finds it. The demo shop, or the products of a file; suggestions are timed on the same catalogue first.
//!
//! `cargo bench --bench freshness -- --products products.csv.gz` prints the times and fails when the 99th percentile of a
//! change is a second or more, or that of a suggestion 10 ms. `--rate N` asks for another number of changes a second;
//! `--database URL` names an empty database of PostgreSQL in place of a file of SQLite. Measuring begins when the jobs of
//! the import are done. A change that is not found is looked for again 50 ms later.

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::net::TcpStream;

/// Changes a second, unless `--rate` says otherwise.
const RATE: usize = 100;
/// How long, in seconds.
const SECONDS: usize = 30;
/// The part that is not counted: caches and connections get warm.
const WARM: usize = 15;
/// How long a server that has too much to do is left alone.
const BUSY: Duration = Duration::from_millis(50);
/// Time between two searches for the same change.
const LOOK: Duration = Duration::from_millis(50);
/// When a change is given up.
const GIVEN_UP: Duration = Duration::from_secs(20);
/// How long the jobs of the import may take.
const IDLE: Duration = Duration::from_secs(300);
/// What the 99th percentiles must stay under.
const FRESH: Duration = Duration::from_secs(1);
const SUGGESTED: Duration = Duration::from_millis(10);
/// What is typed, letter by letter.
const TYPED: [&str; 12] = [
    "notebook",
    "wireless mouse",
    "samsung galaxy",
    "usb c hub",
    "laser printer",
    "battery",
    "headphones",
    "docking station",
    "external drive",
    "monitor 27",
    "hp elitebook",
    "camera",
];

const CHANGE: &str =
    "mutation($input: ProductUpdateInput!) { productUpdate(input: $input) { errors { code message } } }";
const SEARCH: &str = "query($query: String!) { search(query: $query, first: 1) { totalCount degraded } }";
const SUGGEST: &str =
    "query($query: String!) { searchSuggest(query: $query) { products { id } categories { id } brands queries } }";
const SIGN_IN: &str =
    "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { accessToken errors { code } } }";

/// Ends the process with the bench.
struct Server {
    process: Child,
    address: SocketAddr,
    metrics: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Server {
    /// The sum of the numbers that the metrics have for names that begin with `name` and hold `label`.
    async fn metric(&self, name: &str, label: &str) -> f64 {
        let answer = reqwest::get(format!("http://{}/metrics", self.metrics)).await;
        let text = answer.expect("metrics").text().await.expect("text");
        let lines = text
            .lines()
            .filter(|line| line.starts_with(name) && line.contains(label));
        lines
            .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
            .sum()
    }

    /// Waits until no job is left.
    async fn idle(&self) {
        let begun = Instant::now();
        while self.metric("merx_jobs", "open").await > 0.0 {
            assert!(begun.elapsed() < IDLE, "jobs of the import are not done");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        println!("the jobs of the import took {:.1} s", begun.elapsed().as_secs_f64());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn merx(folder: &Path, address: SocketAddr, database: Option<&str>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_merx"));
    command
        .env_clear()
        .env("MERX_LISTEN", address.to_string())
        .env("MERX_DATA_DIR", folder)
        .env("MERX_BUDGET_ANONYMOUS", "1000000000/1000000000")
        .env("MERX_BUDGET_STAFF", "1000000000/1000000000")
        .env("RUST_LOG", "warn")
        .stdout(Stdio::null());
    if let Some(url) = database {
        command.env("DATABASE_URL", url);
    }
    command
}

/// An address on loopback that nobody listens at.
fn free() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address")
}

async fn start(products: Option<&str>, database: Option<&str>) -> Server {
    let folder = tempfile::tempdir().expect("a folder");
    let (address, metrics) = (free(), free());
    if let Some(file) = products {
        for arguments in [&["seed", "--demo"][..], &["import", "products", file], &["reindex"]] {
            let done = merx(folder.path(), address, database)
                .args(arguments)
                .status()
                .expect("merx runs");
            // Some refused products are no harm.
            assert!(done.code().is_some_and(|code| code <= 1), "{arguments:?}");
        }
    }
    let process = merx(folder.path(), address, database)
        .env("MERX_METRICS_LISTEN", metrics.to_string())
        .arg("serve")
        .spawn()
        .expect("merx starts");
    let deadline = Instant::now() + Duration::from_secs(120);
    while TcpStream::connect(address).await.is_err() || TcpStream::connect(metrics).await.is_err() {
        assert!(Instant::now() < deadline, "merx does not listen");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Server {
        process,
        address,
        metrics,
        _folder: folder,
    }
}

/// Whoever asks.
#[derive(Clone)]
struct Client {
    http: reqwest::Client,
    address: SocketAddr,
    token: Option<String>,
}

impl Client {
    async fn ask(&self, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables });
        let answer = loop {
            let mut request = self.http.post(format!("http://{}/graphql", self.address)).json(&body);
            if let Some(token) = &self.token {
                request = request.bearer_auth(token);
            }
            let answer = request.send().await.expect("an answer");
            if answer.status() != reqwest::StatusCode::SERVICE_UNAVAILABLE {
                break answer;
            }
            // The time that this takes counts.
            tokio::time::sleep(BUSY).await;
        };
        let mut answer: Value = answer.json().await.expect("JSON");
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"].take()
    }
}

/// Keys of products to change.
async fn products(client: &Client) -> Vec<String> {
    let list = "query($after: String) { products(first: 100, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }";
    let (mut ids, mut after) = (Vec::new(), Value::Null);
    while ids.len() < 1_000 {
        let page = client.ask(list, json!({ "after": after })).await["products"].take();
        let nodes = page["nodes"].as_array().expect("nodes");
        ids.extend(nodes.iter().filter_map(|node| Some(node["id"].as_str()?.to_owned())));
        if page["pageInfo"]["hasNextPage"] != json!(true) {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    ids
}

/// Changes a product and waits until a search finds it: how long the change took, and from then on the search.
async fn change(staff: Client, shopper: Client, product: String, number: usize) -> (Duration, Duration) {
    let word = format!("fresh{number:05}x");
    let begun = Instant::now();
    let input = json!({ "id": product, "name": format!("Thing {word}") });
    let done = staff.ask(CHANGE, json!({ "input": input })).await;
    assert_eq!(done["productUpdate"]["errors"], json!([]), "{done}");
    let (changed, committed) = (begun.elapsed(), Instant::now());
    loop {
        let found = shopper.ask(SEARCH, json!({ "query": format!("{word} ") })).await;
        if found["search"]["totalCount"] == json!(1) {
            return (changed, committed.elapsed());
        }
        assert!(committed.elapsed() < GIVEN_UP, "{word} is not found: {found}");
        tokio::time::sleep(LOOK).await;
    }
}

fn percentile(times: &mut [Duration], share: f64) -> Duration {
    times.sort_unstable();
    let at = (times.len() as f64 * share) as usize;
    times[at.min(times.len() - 1)]
}

fn told(what: &str, times: &mut [Duration]) -> Duration {
    let millis = |share| percentile(&mut times.to_vec(), share).as_secs_f64() * 1e3;
    println!(
        "{what:<34} {:>6} times  p50 {:>7.1} ms  p99 {:>7.1} ms  worst {:>7.1} ms",
        times.len(),
        millis(0.5),
        millis(0.99),
        millis(1.0)
    );
    percentile(times, 0.99)
}

#[tokio::main]
async fn main() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let argument = |name: &str| std::env::args().skip_while(|argument| argument != name).nth(1);
    let (file, database) = (argument("--products"), argument("--database"));
    let rate = argument("--rate").map_or(RATE, |rate| rate.parse().expect("a number"));
    let changes = rate * SECONDS;
    let server = start(file.as_deref(), database.as_deref()).await;
    server.idle().await;
    let shopper = Client {
        http: reqwest::Client::new(),
        address: server.address,
        token: None,
    };
    let input = json!({ "email": "admin@example.com", "password": "demo-admin-password", "kind": "STAFF" });
    let signed = shopper.ask(SIGN_IN, json!({ "input": input })).await;
    let token = signed["sessionCreate"]["accessToken"]
        .as_str()
        .expect("staff")
        .to_owned();
    let staff = Client {
        token: Some(token),
        ..shopper.clone()
    };

    let mut suggested = Vec::new();
    for round in 0..5 {
        for text in TYPED {
            for end in 1..=text.len() {
                let begun = Instant::now();
                // Another round is another text: nothing answers from a cache.
                let query = format!("{}{}", &text[..end], " ".repeat(round));
                shopper.ask(SUGGEST, json!({ "query": query.trim_start() })).await;
                suggested.push(begun.elapsed());
            }
        }
    }
    let suggest = told("suggestions, over HTTP", &mut suggested);

    let products = Arc::new(products(&shopper).await);
    println!("{} products to change", products.len());
    let mut waiting = Vec::new();
    let mut tick = tokio::time::interval(Duration::from_secs(1) / u32::try_from(rate).expect("a small number"));
    let begun = Instant::now();
    for number in 0..changes {
        tick.tick().await;
        let product = products[number % products.len()].clone();
        waiting.push(tokio::spawn(change(staff.clone(), shopper.clone(), product, number)));
    }
    let rate = changes as f64 / begun.elapsed().as_secs_f64();
    let (mut changed, mut found) = (Vec::new(), Vec::new());
    for (number, one) in waiting.into_iter().enumerate() {
        let (change, find) = one.await.expect("it was found");
        if number >= changes / WARM {
            changed.push(change);
            found.push(find);
        }
    }
    println!("{rate:.0} changes a second");
    told("a change, until it is committed", &mut changed);
    let fresh = told("from there until it is found", &mut found);
    println!(
        "{} searches are missing in the log",
        server.metric("merx_searches_unlogged_total", "").await
    );
    assert!(fresh < FRESH, "changes are found late");
    assert!(suggest < SUGGESTED, "suggestions come late");
}
