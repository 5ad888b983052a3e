//! What recommendations cost on the orders of a real shop: a training from the database, and lists from memory.
//!
//! `cargo bench --bench serve -- --data ../shared/data/online-retail` imports products and orders into a shop of its own,
//! trains as a worker does, in a process of its own, and fills lists of every intent for products, carts, customers and
//! visits. Prints times and memory, and fails when the training takes a minute or 2 GB, or the 99th percentile of a list 5 ms.
//! `--shop FOLDER` keeps the shop there, so that it is imported once.

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::HeaderMap;
use clap::Parser;
use entity::order::orders;
use entity::{CustomerId, SessionId};
use merx::app::{App, Builder};
use merx::channel::Scope;
use merx::config::Config;
use merx::http::Endpoint;
use merx::platform::viewer::Viewer;
use merx::recommendation::{Context, Intent, Slot, Source, fill, warm};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Value, json};

/// What a training must stay under.
const TRAINING: f64 = 60.0;
const MEMORY_MB: u64 = 2_000;
/// What the 99th percentile of a list must stay under.
const LIST: Duration = Duration::from_millis(5);
/// Lists that are counted, and before them those that are not: caches and connections get warm.
const LISTS: usize = 6_000;
const WARM: usize = 600;
/// Products in a list.
const FIRST: usize = 12;
/// Visits that are told of, and what each looks at.
const VISITS: usize = 2_000;
const LOOKS: usize = 8;
/// Carts, and what is in each.
const CARTS: usize = 50;
const LINES: usize = 4;
/// Customers who ask.
const CUSTOMERS: u64 = 500;

#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    config: Config,
}

fn merx(folder: &Path, arguments: &[&str]) -> String {
    let done = Command::new(env!("CARGO_BIN_EXE_merx"))
        .args(arguments)
        .env_clear()
        .env("MERX_DATA_DIR", folder)
        .env("RUST_LOG", "warn")
        .output()
        .expect("merx runs");
    // Some refused rows are no harm.
    assert!(
        done.status.code().is_some_and(|code| code <= 1),
        "{arguments:?}: {done:?}"
    );
    String::from_utf8(done.stdout).expect("text")
}

/// A shop with the products and orders of `data`.
fn import(folder: &Path, data: &Path) {
    let begun = Instant::now();
    let file = |name: &str| data.join(name).to_str().expect("a plain name").to_owned();
    merx(folder, &["seed", "--demo"]);
    merx(folder, &["import", "products", &file("products.csv.gz")]);
    merx(folder, &["import", "orders", &file("orders.csv.gz")]);
    println!("imported in {:.1} s", begun.elapsed().as_secs_f64());
}

/// The number before `unit` in what `merx train` prints.
fn number(text: &str, unit: &str) -> f64 {
    let words: Vec<&str> = text.split_whitespace().collect();
    let place = words.iter().position(|word| word.trim_end_matches(',') == unit);
    let number = place.and_then(|place| words[place - 1].parse().ok());
    number.unwrap_or_else(|| panic!("no {unit} in {text}"))
}

fn train(folder: &Path) {
    let begun = Instant::now();
    let told = merx(folder, &["train"]);
    let (took, memory) = (begun.elapsed().as_secs_f64(), number(&told, "MB"));
    print!("{told}");
    println!("training, with the start of its process: {took:.1} s, {memory} MB at most");
    assert!(took < TRAINING, "a training takes {took:.1} s");
    assert!(memory < MEMORY_MB as f64, "a training takes {memory} MB");
}

/// A product of the shop.
struct Product {
    id: String,
    variant: String,
    source: Source,
}

/// The shop, asked in this process.
struct Shop {
    app: App,
    endpoint: Endpoint,
}

impl Shop {
    async fn open(folder: &Path) -> Self {
        let folder = folder.to_str().expect("a plain name");
        let arguments = [
            "merx",
            "--data-dir",
            folder,
            "--budget-anonymous",
            "1000000000/1000000000",
        ];
        let config = Arguments::parse_from(arguments).config;
        let app = Builder::new(config).build().await.expect("the application opens");
        Self {
            endpoint: Endpoint::new(app.clone()).expect("a schema"),
            app,
        }
    }

    async fn ask(&self, document: &str, variables: Value) -> Value {
        let answer = Box::pin(self.endpoint.execute(&HeaderMap::new(), document, None, variables)).await;
        let mut answer = serde_json::to_value(answer).expect("JSON");
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"].take()
    }

    /// All products of the channel.
    async fn products(&self) -> Vec<Product> {
        let list = "query($after: String) { products(first: 100, after: $after) {
            nodes { id brand category { id } variants(first: 1) { id } } pageInfo { hasNextPage endCursor } } }";
        let (mut found, mut after) = (Vec::new(), Value::Null);
        loop {
            let page = self.ask(list, json!({ "after": after })).await["products"].take();
            for node in page["nodes"].as_array().expect("nodes") {
                let text = |value: &Value| value.as_str().map(str::to_owned);
                if let (Some(id), Some(variant)) = (text(&node["id"]), text(&node["variants"][0]["id"])) {
                    let category = text(&node["category"]["id"]);
                    let source = Source {
                        product: id.parse().expect("an id"),
                        category: category.map(|id| id.parse().expect("an id")),
                        brand: text(&node["brand"]),
                    };
                    found.push(Product { id, variant, source });
                }
            }
            if page["pageInfo"]["hasNextPage"] != json!(true) {
                return found;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
    }

    /// Visits that look at products, as clients tell of them.
    async fn visits(&self, products: &[Product]) -> Vec<String> {
        let track = "mutation($input: RecommendationEventTrackInput!) {
            recommendationEventTrack(input: $input) { errors { code } } }";
        let mut names = Vec::with_capacity(VISITS);
        for visit in 0..VISITS {
            let name = format!("visit-{visit}");
            // Visits near each other look at much the same.
            let event = |look: usize| {
                let product = &products[(visit / 7 * 3 + look * look) % products.len()].id;
                json!({ "id": format!("{look}"), "kind": "VIEW", "productId": product })
            };
            let events: Vec<Value> = (0..LOOKS).map(event).collect();
            let input = json!({ "sessionId": name, "consent": true, "events": events });
            self.ask(track, json!({ "input": input })).await;
            names.push(name);
        }
        names
    }

    /// The tokens of carts.
    async fn carts(&self, products: &[Product]) -> Vec<String> {
        let create =
            "mutation($input: CartCreateInput!) { cartCreate(input: $input) { cart { token } errors { code } } }";
        let mut tokens = Vec::with_capacity(CARTS);
        for cart in 0..CARTS {
            let line = |n: usize| json!({ "variantId": products[(cart * 31 + n * 7) % products.len()].variant, "quantity": 1 });
            let lines: Vec<Value> = (0..LINES).map(line).collect();
            let made = self.ask(create, json!({ "input": { "lines": lines } })).await;
            tokens.extend(made["cartCreate"]["cart"]["token"].as_str().map(str::to_owned));
        }
        assert!(!tokens.is_empty(), "no cart was made");
        tokens
    }

    /// Customers with the most recent orders.
    async fn customers(&self) -> Vec<CustomerId> {
        let customers = orders::Entity::find()
            .select_only()
            .column(orders::Column::CustomerId)
            .filter(orders::Column::CustomerId.is_not_null())
            .group_by(orders::Column::CustomerId)
            .order_by_asc(orders::Column::CustomerId)
            .limit(CUSTOMERS);
        customers.into_tuple().all(&self.app.db).await.expect("customers")
    }
}

/// Who asks for what.
fn slots(products: &[Product], carts: &[String], visits: &[String], n: usize) -> (Context, Intent) {
    let product = || Context::Product(products[n * 13 % products.len()].source.clone());
    let visit = || Context::Session(visits[n * 11 % visits.len()].clone());
    match n % 8 {
        0 => (product(), Intent::Related),
        1 | 2 => (product(), Intent::Complementary),
        3 => (Context::Cart(carts[n % carts.len()].clone()), Intent::Complementary),
        4 => (Context::Customer, Intent::Personal),
        5 => (Context::Customer, Intent::Recent),
        6 => (visit(), Intent::Personal),
        _ => (visit(), Intent::Trending),
    }
}

fn told(what: &str, times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    let at = |share: f64| times[((times.len() as f64 * share) as usize).min(times.len() - 1)];
    println!(
        "{what:<34} {:>6} times  p50 {:>6.2} ms  p99 {:>6.2} ms  worst {:>6.2} ms",
        times.len(),
        at(0.5).as_secs_f64() * 1e3,
        at(0.99).as_secs_f64() * 1e3,
        at(1.0).as_secs_f64() * 1e3
    );
    at(0.99)
}

const ANSWER: &str = "query($id: ID!) {
  recommendations(context: { productId: $id }, intent: COMPLEMENTARY, first: 12) {
    edges { score reason strategy trackingToken node { id slug name priceRange { min { amount } } } } } }";

#[tokio::main]
async fn main() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let argument = |name: &str| std::env::args().skip_while(|argument| argument != name).nth(1);
    let data = argument("--data").map_or_else(|| PathBuf::from("../shared/data/online-retail"), PathBuf::from);
    let own = tempfile::tempdir().expect("a folder");
    let folder = argument("--shop").map_or_else(|| own.path().to_owned(), PathBuf::from);
    std::fs::create_dir_all(&folder).expect("a folder");
    if std::fs::read_dir(&folder).expect("a folder").next().is_none() {
        import(&folder, &data);
    }
    train(&folder);

    let shop = Shop::open(&folder).await;
    let products = shop.products().await;
    let (carts, customers) = (shop.carts(&products).await, shop.customers().await);
    let visits = shop.visits(&products).await;
    let begun = Instant::now();
    warm(&shop.app).await.expect("in memory");
    println!(
        "{} products, {} customers; read into memory in {:.2} s",
        products.len(),
        customers.len(),
        begun.elapsed().as_secs_f64()
    );
    let channel = shop
        .app
        .channels
        .default_channel(&shop.app.db)
        .await
        .expect("a channel");
    let mut strategies: BTreeMap<&str, usize> = BTreeMap::new();
    let mut times = Vec::with_capacity(LISTS);
    for n in 0..WARM + LISTS {
        let (context, intent) = slots(&products, &carts, &visits, n);
        let viewer = match context {
            Context::Customer => Viewer::Customer {
                id: customers[n * 17 % customers.len()],
                session: SessionId(uuid::Uuid::from_u128(n as u128)),
            },
            _ => Viewer::Anonymous,
        };
        let scope = Scope {
            channel: Arc::clone(&channel),
            viewer,
        };
        let slot = Slot {
            context,
            intent,
            first: FIRST,
            strategy: None,
        };
        let begun = Instant::now();
        let picks = fill(&shop.app, &scope, std::slice::from_ref(&slot))
            .await
            .expect("a list");
        let took = begun.elapsed();
        assert!(!picks[&slot].is_empty(), "{slot:?}");
        if n >= WARM {
            times.push(took);
            for pick in &picks[&slot] {
                *strategies.entry(pick.strategy.name()).or_default() += 1;
            }
        }
    }
    println!("what found the products: {strategies:?}");
    let list = told("a list, with what the shop shows", &mut times);
    let mut answers = Vec::new();
    for n in 0..LISTS / 4 {
        let begun = Instant::now();
        shop.ask(ANSWER, json!({ "id": products[n * 29 % products.len()].id }))
            .await;
        answers.push(begun.elapsed());
    }
    told("the same as an answer in GraphQL", &mut answers);
    for strategy in [
        "personal",
        "session",
        "basket",
        "bought_together",
        "similar",
        "trending",
        "recent",
    ] {
        assert!(
            strategies.contains_key(strategy),
            "{strategy} found nothing: it was not measured"
        );
    }
    assert!(list < LIST, "lists come late");
}
