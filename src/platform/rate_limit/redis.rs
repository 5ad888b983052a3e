//! The real adapter: buckets that all servers share, each changed by one script in one step.

use async_trait::async_trait;

use crate::platform::error::{Fault, Result};
use crate::platform::rate_limit::{Buckets, Claim, Verdict};
use crate::platform::{Redis, Script};

/// What [`decide`](super::decide) does, by the clock of Redis: servers need not agree on the time. The key lives for as
/// long as its bucket is not full.
const TAKE: &str = "
    local time = redis.call('TIME')
    local now = time[1] * 1000000 + time[2]
    local cost, whole = tonumber(ARGV[1]), tonumber(ARGV[2])
    local full_at = tonumber(redis.call('GET', KEYS[1]) or '0')
    local debt = math.min(math.max(full_at - now, 0), whole)
    local after = debt + cost
    if after > whole then
        return {0, debt, after - whole}
    end
    if after > 0 then
        redis.call('SET', KEYS[1], string.format('%.0f', now + after), 'PX', math.ceil(after / 1000))
    end
    return {1, after, 0}
";

/// Buckets in Redis.
pub struct RedisBuckets {
    redis: Redis,
    take: Script,
}

impl RedisBuckets {
    /// Buckets behind `redis`.
    pub fn new(redis: Redis) -> Self {
        Self {
            redis,
            take: Script::new(TAKE),
        }
    }
}

#[async_trait]
impl Buckets for RedisBuckets {
    async fn take(&self, key: &str, claim: Claim) -> Result<Verdict> {
        let key = format!("merx:limit:{key}");
        let answer: (u8, u64, u64) = self.redis.run(&self.take, &key, &[claim.cost, claim.whole]).await?;
        match answer {
            (1, debt, _) => Ok(Verdict::Granted { debt }),
            (0, debt, wait) => Ok(Verdict::Refused { debt, wait }),
            _ => Err(Fault::Invariant("the script of the buckets says what it never says")),
        }
    }
}
