//! The port to what limits how much one caller may ask for: leaky buckets by key. With Redis all servers share them; in
//! process each server has its own. See [`Limits`].

mod arithmetic;
mod in_process;
mod redis;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::platform::error::Result;

pub use arithmetic::{Claim, Verdict, decide};
pub use in_process::InProcessBuckets;
pub use redis::RedisBuckets;

/// The shape of a bucket: what it holds when nobody took anything for a while, and how fast that comes back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bucket {
    /// Points that may be taken at once.
    pub capacity: u32,
    /// Points that come back in a second; below one for limits such as five attempts in an hour.
    pub restored_per_second: f64,
}

/// What is left after points were taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Left {
    /// Points that can be taken now.
    pub available: u32,
    /// The bucket that they are in.
    pub bucket: Bucket,
}

/// There were too few points; none was taken.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("too much was asked for; try again in {} s", self.retry_after_seconds())]
pub struct Throttled {
    /// When there will be enough.
    pub retry_after: Duration,
    /// Points that can be taken now.
    pub available: u32,
    /// The bucket that they are in.
    pub bucket: Bucket,
}

impl Throttled {
    /// The value of `Retry-After`: whole seconds, at least one.
    pub fn retry_after_seconds(&self) -> u64 {
        u64::try_from(self.retry_after.as_millis().div_ceil(1000))
            .unwrap_or(u64::MAX)
            .max(1)
    }
}

/// A text that is no bucket.
#[derive(Debug, thiserror::Error)]
#[error("write CAPACITY/RESTORED-PER-SECOND, both above zero, such as 20000/1000")]
pub struct BucketError;

impl FromStr for Bucket {
    type Err = BucketError;

    fn from_str(text: &str) -> Result<Self, BucketError> {
        let (capacity, restored) = text.split_once('/').ok_or(BucketError)?;
        let bucket = Self {
            capacity: capacity.trim().parse().map_err(|_| BucketError)?,
            restored_per_second: restored.trim().parse().map_err(|_| BucketError)?,
        };
        // Slower than a point in eleven days is a ban, and belongs somewhere else.
        let sane = bucket.capacity > 0 && (1e-6..=1e9).contains(&bucket.restored_per_second);
        sane.then_some(bucket).ok_or(BucketError)
    }
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.capacity, self.restored_per_second)
    }
}

/// Keeps the levels of buckets by key.
#[async_trait]
pub trait Buckets: Send + Sync {
    /// Takes what `claim` asks for from the bucket of `key`, all of it or nothing, in one step.
    ///
    /// # Errors
    /// When the keeper does not answer.
    async fn take(&self, key: &str, claim: Claim) -> Result<Verdict>;
}

/// The limits of the application. Cheap to clone.
///
/// Where servers share their buckets and the keeper is away, each goes on with buckets of its own: a caller may then
/// have as many times its share as there are servers, which is better than no shop.
#[derive(Clone)]
pub struct Limits {
    shared: Option<Arc<dyn Buckets>>,
    own: Arc<dyn Buckets>,
}

impl Limits {
    /// Limits in `own` buckets of the process alone.
    pub fn new(own: Arc<dyn Buckets>) -> Self {
        Self { shared: None, own }
    }

    /// Limits in `shared` buckets, and in those of the process while the shared ones are away.
    pub fn shared(shared: Arc<dyn Buckets>, own: Arc<dyn Buckets>) -> Self {
        Self {
            shared: Some(shared),
            own,
        }
    }

    /// Takes `points` from the bucket of `key`. Who asks for more than the bucket holds empties it, when it is full.
    ///
    /// # Errors
    /// Too few points are there; none was taken.
    pub async fn take(&self, key: &str, points: u32, bucket: Bucket) -> Result<Left, Throttled> {
        let claim = Claim::new(points, bucket);
        let verdict = match self.verdict(key, claim).await {
            Ok(verdict) => verdict,
            Err(error) => {
                tracing::error!(%error, "limits of the process do not answer");
                Verdict::Granted { debt: 0 }
            }
        };
        match verdict {
            Verdict::Granted { debt } => Ok(Left {
                available: claim.available(debt),
                bucket,
            }),
            Verdict::Refused { debt, wait } => Err(Throttled {
                retry_after: Duration::from_micros(wait),
                available: claim.available(debt),
                bucket,
            }),
        }
    }

    async fn verdict(&self, key: &str, claim: Claim) -> Result<Verdict> {
        if let Some(shared) = &self.shared
            && let Ok(verdict) = shared.take(key, claim).await
        {
            return Ok(verdict);
        }
        self.own.take(key, claim).await
    }
}
