//! The embedded twin: the levels of buckets in the memory of the process.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use async_trait::async_trait;
use parking_lot::Mutex;

use crate::platform::clock::Clock;
use crate::platform::error::Result;
use crate::platform::rate_limit::{Buckets, Claim, Verdict, decide};

/// Parts that are locked apart.
const SHARDS: usize = 32;

/// Buckets in process. At most so many are remembered; those that are nearest to full are forgotten first, so that
/// a flood of new callers does not pardon the ones who took most.
pub struct InProcessBuckets {
    clock: Clock,
    hasher: RandomState,
    /// When each bucket is full again, in microseconds. A key that is not there has a full one.
    shards: Vec<Mutex<HashMap<Box<str>, u64>>>,
    shard_max: usize,
}

impl InProcessBuckets {
    /// Remembers up to about `keys` buckets.
    pub fn new(clock: Clock, keys: usize) -> Self {
        Self {
            clock,
            hasher: RandomState::new(),
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            shard_max: keys.div_ceil(SHARDS).max(2),
        }
    }

    /// Buckets that are remembered now.
    pub fn remembered(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().len()).sum()
    }

    /// Takes what `claim` asks for, if it is there.
    pub fn take_now(&self, key: &str, claim: Claim) -> Verdict {
        let now = u64::try_from(self.clock.now().timestamp_micros()).unwrap_or_default();
        let at = (self.hasher.hash_one(key) % SHARDS as u64) as usize;
        let Some(shard) = self.shards.get(at) else {
            return Verdict::Granted { debt: 0 };
        };
        let mut levels = shard.lock();
        let verdict = decide(now, levels.get(key).copied().unwrap_or_default(), claim);
        if let Verdict::Granted { debt } = verdict
            && debt > 0
        {
            match levels.get_mut(key) {
                Some(full_at) => *full_at = now.saturating_add(debt),
                None => {
                    if levels.len() >= self.shard_max {
                        forget_half(&mut levels, now);
                    }
                    levels.insert(key.into(), now.saturating_add(debt));
                }
            }
        }
        verdict
    }
}

/// Forgets the buckets that are full, and when that is too little, the fuller half.
fn forget_half(levels: &mut HashMap<Box<str>, u64>, now: u64) {
    let before = levels.len();
    levels.retain(|_, full_at| *full_at > now);
    if levels.len() * 2 > before {
        let mut moments: Vec<u64> = levels.values().copied().collect();
        let middle = moments.len() / 2;
        let (_, median, _) = moments.select_nth_unstable(middle);
        let median = *median;
        // Equal ones go too: otherwise a flood of equal callers would never make room.
        levels.retain(|_, full_at| *full_at > median);
    }
}

#[async_trait]
impl Buckets for InProcessBuckets {
    async fn take(&self, key: &str, claim: Claim) -> Result<Verdict> {
        Ok(self.take_now(key, claim))
    }
}
