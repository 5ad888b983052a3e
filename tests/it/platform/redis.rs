//! Redis as it fails: away, silent, back again. The server goes on.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use merx::app::{App, Builder};
use merx::http::budget::{Payer, charge};
use merx::platform::Redis;
use merx::platform::address::ClientAddress;
use merx::platform::rate_limit::{Bucket, InProcessBuckets, Limits, RedisBuckets};
use merx::platform::texts::{InProcessTexts, RedisTexts, Texts};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use crate::support::config;

const WAIT: Duration = Duration::from_secs(20);
/// Nothing comes back during a test.
const SLOW: Bucket = Bucket {
    capacity: 1_000,
    restored_per_second: 0.001,
};

/// The Redis of the tests. Says so when there is none.
fn url() -> Option<String> {
    let url = std::env::var("MERX_TEST_REDIS_URL").ok();
    if url.is_none() {
        eprintln!("MERX_TEST_REDIS_URL is not set: nothing is tried on Redis");
    }
    url
}

/// A connection with a patience that no test exhausts.
pub fn redis() -> Option<Redis> {
    Some(Redis::open(&url()?, WAIT).expect("an address"))
}

/// A key that no other test uses.
pub fn unique() -> String {
    tempfile::Builder::new()
        .rand_bytes(16)
        .tempfile()
        .expect("a temporary file")
        .path()
        .display()
        .to_string()
}

const PASS: u8 = 0;
const SILENT: u8 = 1;
const GONE: u8 = 2;

/// A way to Redis that can be blocked.
struct Way {
    url: String,
    mode: Arc<AtomicU8>,
    open: Arc<Mutex<Vec<tokio::task::AbortHandle>>>,
}

impl Way {
    async fn to(redis: &str) -> Self {
        let target = redis.trim_start_matches("redis://").trim_end_matches('/').to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("redis://{}", listener.local_addr().expect("an address"));
        let (mode, open) = (Arc::new(AtomicU8::new(PASS)), Arc::new(Mutex::new(Vec::new())));
        let way = Self { url, mode, open };
        let (mode, open) = (Arc::clone(&way.mode), Arc::clone(&way.open));
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let (target, mode) = (target.clone(), Arc::clone(&mode));
                let task = tokio::spawn(async move {
                    match mode.load(Ordering::SeqCst) {
                        PASS => {
                            let mut far = TcpStream::connect(target).await.expect("Redis");
                            let _ = copy_bidirectional(&mut near, &mut far).await;
                        }
                        SILENT => sleep(WAIT * 10).await,
                        _ => {}
                    }
                });
                open.lock().expect("no panic").push(task.abort_handle());
            }
        });
        way
    }

    /// Cuts what is open; new connections go by `mode`.
    fn set(&self, mode: u8) {
        self.mode.store(mode, Ordering::SeqCst);
        for task in self.open.lock().expect("no panic").drain(..) {
            task.abort();
        }
    }
}

/// The limits of a server whose patience with Redis is `patience`.
fn limits(url: &str, patience: Duration) -> Limits {
    let shared = Arc::new(RedisBuckets::new(Redis::open(url, patience).expect("an address")));
    let own = Arc::new(InProcessBuckets::new(merx::platform::clock::Clock::system(), 1_000));
    Limits::shared(shared, own)
}

#[tokio::test]
async fn requests_go_on_when_redis_is_killed_and_share_again_when_it_is_back() {
    let Some(redis) = url() else { return };
    let way = Way::to(&redis).await;
    let (here, there) = (limits(&way.url, WAIT), limits(&redis, WAIT));
    let key = unique();
    assert_eq!(here.take(&key, 10, SLOW).await.expect("enough").available, 990);
    assert_eq!(
        there.take(&key, 10, SLOW).await.expect("enough").available,
        980,
        "one bucket"
    );
    way.set(GONE);
    // In process the bucket is a fresh one, and it is limited all the same.
    assert_eq!(here.take(&key, 10, SLOW).await.expect("it goes on").available, 990);
    assert_eq!(here.take(&key, 990, SLOW).await.expect("it goes on").available, 0);
    assert!(here.take(&key, 1, SLOW).await.is_err(), "the limit goes on too");
    assert_eq!(there.take(&key, 10, SLOW).await.expect("enough").available, 970);
    way.set(PASS);
    let back = async {
        // Found out by a request now and then.
        while here.take(&key, 0, SLOW).await.expect("nothing").available != 970 {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(WAIT, back).await.expect("it shares again");
    assert_eq!(here.take(&key, 10, SLOW).await.expect("enough").available, 960);
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn count(&self, text: &str) -> usize {
        String::from_utf8_lossy(&self.0.lock().expect("no panic"))
            .matches(text)
            .count()
    }
}

#[tokio::test]
async fn a_silent_redis_costs_a_few_requests_a_little_and_one_line() {
    let Some(redis) = url() else { return };
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
    // With one subscriber alone, a line that another thread reaches first is switched off for good; with two it is not.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
    let _guard = tracing::subscriber::set_default(subscriber);
    let way = Way::to(&redis).await;
    let patience = Duration::from_millis(100);
    let limits = limits(&way.url, patience);
    way.set(SILENT);
    let begun = Instant::now();
    for i in 0..300 {
        limits
            .take("key", 1, SLOW)
            .await
            .unwrap_or_else(|e| panic!("request {i}: {e}"));
    }
    let waited = begun.elapsed();
    assert!(
        waited < patience * 100,
        "{waited:?} for 300 requests: each waited for itself"
    );
    assert_eq!(log.count("Redis is away"), 1);
    way.set(PASS);
    let back = async {
        while log.count("Redis is back") == 0 {
            limits.take("key", 1, SLOW).await.expect("it goes on");
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(WAIT, back).await.expect("it comes back");
    assert_eq!(log.count("Redis is away"), 1);
}

#[tokio::test]
async fn texts_are_still_there_when_redis_is_not() {
    let Some(redis) = url() else { return };
    let way = Way::to(&redis).await;
    let texts = |url: &str| {
        let shared = Arc::new(RedisTexts::new(Redis::open(url, WAIT).expect("an address")));
        Texts::shared(shared, Arc::new(InProcessTexts::new(1 << 20)))
    };
    let (here, there) = (texts(&way.url), texts(&redis));
    let (a, b, c) = (unique(), unique(), unique());
    let hour = Duration::from_secs(3600);
    there.put(&a, "{ a }", hour).await;
    there.put(&b, "{ b }", hour).await;
    assert_eq!(here.get(&a).await.as_deref(), Some("{ a }"), "another server put it");
    way.set(GONE);
    assert_eq!(here.get(&a).await.as_deref(), Some("{ a }"), "a copy is here");
    assert_eq!(here.get(&b).await, None, "whoever put it can put it again");
    here.put(&c, "{ c }", hour).await;
    assert_eq!(here.get(&c).await.as_deref(), Some("{ c }"));
}

async fn app(folder: &std::path::Path, redis: &str) -> App {
    let mut config = config(folder, None);
    config.services.redis_url = Some(redis.to_owned());
    config.edge.budget_anonymous = SLOW;
    Builder::new(config).build().await.expect("the application opens")
}

#[tokio::test]
async fn two_servers_share_the_budget_of_a_client() {
    let Some(redis) = url() else { return };
    let folders = [tempfile::tempdir(), tempfile::tempdir()].map(|f| f.expect("a temporary folder"));
    let (a, b) = (
        app(folders[0].path(), &redis).await,
        app(folders[1].path(), &redis).await,
    );
    let bits = unique()
        .bytes()
        .fold(0u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    let address = ClientAddress::new(std::net::Ipv6Addr::from_bits(u128::from(bits) << 64).into());
    // The patience of a server is short, and a busy machine may use it up: then a request is paid in process.
    let shared = async {
        for turn in 1.. {
            let payer = Payer::anonymous(&a, address);
            let left = charge(&a, &payer, 5).await.expect("enough").available;
            let right = charge(&b, &payer, 1).await.expect("enough").available;
            if left < SLOW.capacity - 5 * turn || right < SLOW.capacity - turn {
                return;
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(WAIT, shared).await.expect("each sees what the other took");
}

#[tokio::test]
async fn an_address_where_nothing_listens_does_not_keep_a_server_from_starting() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let nobody = format!("redis://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let app = app(folder.path(), &nobody).await;
    let payer = Payer::anonymous(&app, ClientAddress::LOCAL);
    assert_eq!(
        charge(&app, &payer, 1).await.expect("in process").available,
        SLOW.capacity - 1
    );
    assert_eq!(
        charge(&app, &payer, 1).await.expect("in process").available,
        SLOW.capacity - 2
    );
    app.texts.put("key", "text", WAIT).await;
    assert_eq!(app.texts.get("key").await.as_deref(), Some("text"));
    // TLS is spoken too; what is no address is told.
    assert!(Redis::open("rediss://127.0.0.1:1", WAIT).is_ok());
    for wrong in ["", "nonsense", "http://127.0.0.1"] {
        assert!(Redis::open(wrong, WAIT).is_err(), "{wrong:?}");
    }
}
