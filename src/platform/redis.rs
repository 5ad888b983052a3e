//! The connection to Redis, for the adapters of ports. The only file that knows the crate.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{AsyncCommands, FromRedisValue, RedisResult, SetExpiry, SetOptions};
use tokio::time::{Instant, timeout};

use crate::platform::error::{Fault, Result};

/// First pause after Redis did not answer; it doubles with each failure.
const PAUSE_MIN: Duration = Duration::from_millis(250);
/// Longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// A connection that is made anew when it breaks. Cheap to clone.
///
/// A call ends within the patience that it was opened with. After a call that failed none is made for a while: who
/// asks is told at once, so that an outage costs the requests nothing.
#[derive(Clone)]
pub struct Redis {
    connection: ConnectionManager,
    patience: Duration,
    health: Arc<Mutex<Health>>,
}

/// A program that Redis runs in one step.
pub struct Script(redis::Script);

impl Script {
    /// The script of `code`, in Lua.
    pub fn new(code: &str) -> Self {
        Self(redis::Script::new(code))
    }
}

/// Redis did not answer, or not what was asked.
#[derive(Debug, thiserror::Error)]
enum Away {
    #[error("{0}")]
    Refused(#[from] redis::RedisError),
    #[error("no answer in time")]
    Late,
    #[error("it did not answer a moment ago")]
    Resting,
}

#[derive(Debug, Default)]
struct Health {
    outage: Option<Outage>,
    /// Counts the changes, so that a call from before the last one has no say.
    era: u64,
}

#[derive(Debug)]
struct Outage {
    since: Instant,
    pause: Duration,
    retry_at: Instant,
}

impl Health {
    /// Whether to call now; gives the era, and whether this call finds out if the outage is over: one at a time does.
    fn admit(&mut self, now: Instant) -> Result<(u64, bool), Away> {
        if let Some(outage) = &mut self.outage {
            if now < outage.retry_at {
                return Err(Away::Resting);
            }
            outage.retry_at = now + outage.pause;
        }
        Ok((self.era, self.outage.is_some()))
    }

    fn answered(&mut self, era: u64, now: Instant) {
        if era == self.era
            && let Some(outage) = self.outage.take()
        {
            self.era += 1;
            let away = now.duration_since(outage.since);
            tracing::info!(?away, "Redis is back");
        }
    }

    fn failed(&mut self, era: u64, now: Instant, error: &Away) {
        if era != self.era {
            return;
        }
        self.era += 1;
        let outage = self.outage.get_or_insert_with(|| {
            tracing::warn!(%error, "Redis is away; this process goes on with what it knows itself");
            Outage {
                since: now,
                pause: PAUSE_MIN / 2,
                retry_at: now,
            }
        });
        outage.pause = (outage.pause * 2).min(PAUSE_MAX);
        outage.retry_at = now + outage.pause;
    }
}

impl Redis {
    /// A connection to `url`, made when it is first used. A call takes `patience` at most.
    ///
    /// # Errors
    /// When the address is malformed.
    pub fn open(url: &str, patience: Duration) -> Result<Self> {
        let client = redis::Client::open(url).map_err(|e| Fault::part("REDIS_URL", e))?;
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(0)
            .set_connection_timeout(Some(patience))
            .set_response_timeout(Some(patience));
        let connection =
            ConnectionManager::new_lazy_with_config(client, config).map_err(|e| Fault::part("REDIS_URL", e))?;
        Ok(Self {
            connection,
            patience,
            health: Arc::default(),
        })
    }

    async fn call<T>(&self, work: impl Future<Output = RedisResult<T>>) -> Result<T> {
        let (era, probing) = self
            .health
            .lock()
            .admit(Instant::now())
            .map_err(|e| Fault::part("redis", e))?;
        let attempt = async {
            if probing {
                // The first call after an outage meets the failure of the last attempt to connect, and only starts a
                // new one.
                let mut connection = self.connection.clone();
                let _: RedisResult<()> = redis::cmd("PING").query_async(&mut connection).await;
            }
            work.await
        };
        let outcome = match timeout(self.patience, attempt).await {
            Ok(outcome) => outcome.map_err(Away::from),
            Err(_) => Err(Away::Late),
        };
        let mut health = self.health.lock();
        match outcome {
            Ok(value) => {
                health.answered(era, Instant::now());
                Ok(value)
            }
            Err(error) => {
                health.failed(era, Instant::now(), &error);
                Err(Fault::part("redis", error))
            }
        }
    }

    /// Runs `script` on `key`.
    ///
    /// # Errors
    /// When Redis is away or the script fails.
    pub async fn run<T: FromRedisValue>(&self, script: &Script, key: &str, arguments: &[u64]) -> Result<T> {
        let mut connection = self.connection.clone();
        let mut invocation = script.0.key(key);
        invocation.arg(arguments);
        self.call(invocation.invoke_async(&mut connection)).await
    }

    /// The text under `key`, if it is there.
    ///
    /// # Errors
    /// When Redis is away.
    pub async fn get(&self, key: &str) -> Result<Option<String>> {
        let mut connection = self.connection.clone();
        self.call(connection.get(key)).await
    }

    /// Keeps `text` under `key` for `lifetime`.
    ///
    /// # Errors
    /// When Redis is away.
    pub async fn put(&self, key: &str, text: &str, lifetime: Duration) -> Result<()> {
        let mut connection = self.connection.clone();
        let millis = u64::try_from(lifetime.as_millis()).unwrap_or(u64::MAX).max(1);
        let options = SetOptions::default().with_expiration(SetExpiry::PX(millis));
        self.call(connection.set_options(key, text, options)).await
    }
}
