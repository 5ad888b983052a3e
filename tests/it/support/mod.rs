//! A shop for each test: a clone of a seeded database, on SQLite or, with MERX_TEST_DATABASE_URL, on PostgreSQL.

mod database;
mod documents;
mod journey;
mod people;
mod plan;
mod staff;

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use chrono::{DateTime, Utc};
use clap::Parser;
use merx::app::{App, Builder};
use merx::config::Config;
use merx::http::Endpoint;
use merx::payment::Gateways;
use merx::payment::gateway::Gateway;
use merx::platform::clock::Clock;
use merx::platform::jobs::{POLL, queue_depths, run_workers};
use serde_json::Value;
use tokio::sync::watch;

pub use database::Clone as DemoDatabase;
pub use documents::{Documents, PROMISED, shared};
pub use journey::{CART, ORDER};
pub use people::{PASSWORD, code_in, home};
pub use plan::statements_of;
pub use staff::OWNER_KEY;

#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    config: Config,
}

/// The configuration of the tests: nothing is taken from the environment of whoever runs them.
pub fn config(data_dir: &std::path::Path, database_url: Option<&str>) -> Config {
    let data_dir = data_dir.to_str().expect("a temporary folder has a plain name");
    let mut arguments = vec!["merx", "--data-dir", data_dir, "--env", "development"];
    arguments.extend([
        "--database-connections",
        "10",
        "--reservation-minutes",
        "15",
        "--budget-anonymous",
        "1000000000/1000000000",
        "--budget-staff",
        "1000000000/1000000000",
    ]);
    if let Some(url) = database_url {
        arguments.extend(["--database-url", url]);
    }
    Arguments::parse_from(arguments).config
}

/// A shop of its own for one test.
pub struct Shop {
    /// The application.
    pub app: App,
    endpoint: Endpoint,
    headers: HeaderMap,
    // Dropped last, in this order: the database goes before its folder.
    _database: Arc<DemoDatabase>,
    folder: Arc<tempfile::TempDir>,
}

impl Shop {
    /// The demo shop, with the clock of the machine.
    pub async fn demo() -> Self {
        Self::with(Clock::system(), None, |_| {}).await
    }

    /// The demo shop with another configuration.
    pub async fn configured(change: impl FnOnce(&mut Config)) -> Self {
        Self::with(Clock::system(), None, change).await
    }

    /// The demo shop with another configuration, at the time of `clock`.
    pub async fn clocked(clock: Clock, change: impl FnOnce(&mut Config)) -> Self {
        Self::with(clock, None, change).await
    }

    /// The demo shop, with a clock that stands at `now` until it is moved.
    pub async fn frozen(now: DateTime<Utc>) -> Self {
        Self::with(Clock::frozen(now), None, |_| {}).await
    }

    /// The demo shop with a model that makes vectors of texts.
    pub async fn embedding(clock: Clock, embedder: Arc<dyn merx::search::embedder::Embedder>) -> Self {
        let shop = Self::clocked(clock, |_| {}).await;
        let app = Builder::new(shop.app.config.clone())
            .clock(shop.app.clock.clone())
            .embedder(embedder)
            .build()
            .await;
        let app = app.expect("the application opens");
        Self {
            endpoint: Endpoint::new(app.clone()).expect("a schema"),
            app,
            ..shop
        }
    }

    /// The demo shop with another gateway in place of the test gateway.
    pub async fn paid_through(gateway: Arc<dyn Gateway>) -> Self {
        Self::with(Clock::system(), Some(Gateways::new(vec![gateway])), |_| {}).await
    }

    /// The demo shop with another gateway, at the time of `clock`.
    pub async fn clocked_and_paid(clock: Clock, gateway: Arc<dyn Gateway>) -> Self {
        Self::with_clock_gateway_and(clock, gateway, |_| {}).await
    }

    /// The same, with another configuration.
    pub async fn with_clock_gateway_and(
        clock: Clock,
        gateway: Arc<dyn Gateway>,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        Self::with(clock, Some(Gateways::new(vec![gateway])), change).await
    }

    async fn with(clock: Clock, payments: Option<Gateways>, change: impl FnOnce(&mut Config)) -> Self {
        // The clients of the tests take the first one that is there; the server names its own.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database = DemoDatabase::of_demo_shop(folder.path()).await;
        let mut config = config(folder.path(), Some(&database.url));
        change(&mut config);
        let mut builder = Builder::new(config).clock(clock);
        if let Some(payments) = payments {
            builder = builder.payments(payments);
        }
        let app = builder.build().await.expect("the application opens");
        let endpoint = Endpoint::new(app.clone()).expect("a schema");
        Self {
            app,
            endpoint,
            headers: HeaderMap::new(),
            _database: Arc::new(database),
            folder: Arc::new(folder),
        }
    }

    /// Another server on the same database, with the same clock and a data folder of its own.
    pub async fn another_server(&self) -> Self {
        self.another_server_with(|builder| builder).await
    }

    /// The same, with something in place of what the configuration says.
    pub async fn another_server_with(&self, change: impl FnOnce(Builder) -> Builder) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut config = self.app.config.clone();
        config.server.data_dir = folder.path().to_owned();
        let builder = change(Builder::new(config).clock(self.app.clock.clone()));
        let app = builder.build().await.expect("the application opens");
        Self {
            endpoint: Endpoint::new(app.clone()).expect("a schema"),
            app,
            headers: HeaderMap::new(),
            _database: Arc::clone(&self._database),
            folder: Arc::new(folder),
        }
    }

    /// The data folder.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// What goes with every request.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    fn seen_with(&self, name: &'static str, value: &str) -> Self {
        let mut headers = self.headers.clone();
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_str(value).expect("a plain header"),
        );
        Self {
            app: self.app.clone(),
            endpoint: self.endpoint.clone(),
            headers,
            _database: Arc::clone(&self._database),
            folder: Arc::clone(&self.folder),
        }
    }

    /// The same shop, seen by a program of staff that may do everything.
    pub fn staff(&self) -> Self {
        self.bearing(OWNER_KEY)
    }

    /// The same shop, where requests carry this id.
    pub fn requested_as(&self, id: &str) -> Self {
        self.seen_with("x-request-id", id)
    }

    /// The same shop, in another channel.
    pub fn channel(&self, slug: &str) -> Self {
        self.seen_with("x-channel", slug)
    }

    /// The same shop, seen by whoever has the token of a cart.
    pub fn with_cart(&self, token: &str) -> Self {
        self.seen_with("x-cart-token", token)
    }

    /// The same shop, asked with a key that makes a change happen once.
    pub fn with_key(&self, key: &str) -> Self {
        self.seen_with("idempotency-key", key)
    }

    /// What the hints of the schema say of a document, run as a request: whether everybody may keep the answer, and for
    /// how many seconds; -1 is never.
    pub async fn hints(&self, document: &str, variables: Value) -> (bool, i32) {
        let response = self.endpoint.execute(&self.headers, document, None, variables).await;
        assert!(response.errors.is_empty(), "{document}\n{:?}", response.errors);
        (response.cache_control.public, response.cache_control.max_age)
    }

    /// The same shop, seen by somebody who reads `languages`.
    pub fn reading(&self, languages: &str) -> Self {
        self.seen_with("accept-language", languages)
    }

    /// Sends a document and gives the whole answer.
    pub async fn send(&self, document: &str, variables: Value) -> Value {
        // On the heap: test threads have a small stack, and the edge's future is large without optimization.
        let response = Box::pin(self.endpoint.execute(&self.headers, document, None, variables)).await;
        serde_json::to_value(response).expect("an answer is JSON")
    }

    /// Sends a document with several operations, of which `operation` is meant, and gives the whole answer.
    pub async fn send_named(&self, document: &str, operation: &str) -> Value {
        let operation = Some(operation.to_owned());
        let response = self
            .endpoint
            .execute(&self.headers, document, operation, Value::Null)
            .await;
        serde_json::to_value(response).expect("an answer is JSON")
    }

    /// Sends a document that must succeed and gives its `data`.
    pub async fn data(&self, document: &str, variables: Value) -> Value {
        let mut answer = self.send(document, variables).await;
        assert!(answer.get("errors").is_none(), "{document}\n{answer:#}");
        answer["data"].take()
    }

    /// Sends a document that must fail as a whole and gives `(code, message)` of its first error.
    pub async fn refused(&self, document: &str, variables: Value) -> (String, String) {
        let answer = self.send(document, variables).await;
        let error = &answer["errors"][0];
        assert!(error.is_object(), "nothing was refused: {answer:#}");
        assert!(
            error["extensions"]["requestId"]
                .as_str()
                .is_some_and(|id| !id.is_empty()),
            "{answer:#}"
        );
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&error["extensions"]["code"]), text(&error["message"]))
    }

    /// SQL statements that `work` sends.
    pub async fn statements<T>(&self, work: impl Future<Output = T>) -> (u64, T) {
        let before = self.app.db.statements();
        let result = work.await;
        (self.app.db.statements() - before, result)
    }

    /// The fewest statements that `work` sends in three times, and what it gives last: a cache of the process may lapse
    /// meanwhile.
    pub async fn fewest<T>(&self, work: impl AsyncFn() -> T) -> (u64, T) {
        let (mut least, mut last) = self.statements(work()).await;
        for _ in 0..2 {
            let (count, result) = self.statements(work()).await;
            (least, last) = (least.min(count), result);
        }
        (least, last)
    }

    /// Has the channels read again, so that they do not lapse in the next seconds.
    pub async fn know_channels(&self) {
        self.app.channels.clear();
        self.app.channels.all(&self.app.db).await.expect("channels");
    }

    /// Runs the workers until no job is open.
    pub async fn work(&self) {
        let (stop, stopped) = watch::channel(false);
        let app = self.app.clone();
        let workers = tokio::spawn(async move {
            let jobs = Arc::clone(&app.jobs);
            run_workers(&app.db, jobs, app.clone(), POLL, stopped).await
        });
        let idle = async {
            loop {
                let depths = queue_depths(&self.app.db).await.expect("the job table answers");
                if depths.iter().all(|queue| queue.open == 0) {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), idle)
            .await
            .expect("the jobs end");
        stop.send(true).expect("the workers listen");
        workers.await.expect("the workers end").expect("the workers ran");
    }

    /// Jobs that failed for good.
    pub async fn dead_jobs(&self) -> i64 {
        queue_depths(&self.app.db)
            .await
            .expect("the job table answers")
            .iter()
            .map(|queue| queue.dead)
            .sum()
    }
}

/// A moment for frozen clocks.
pub fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).expect("a moment")
}
