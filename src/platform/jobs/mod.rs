//! Jobs: work that outlives the request. A job is a row, written in the transaction that needs it, run at least once by
//! a worker (in process, or `merx worker`), retried with growing pauses, and kept when it fails for good.

mod gate;
mod registry;
mod table;
mod worker;

use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::platform::db::{JobRow, Tx, delete_jobs_over, is_job_waiting};
use crate::platform::error::Result;

pub use gate::{Gate, Table};
pub use registry::{JobError, Registry};
pub use worker::{POLL, QueueDepth, forget_all, queue_depths, run_workers};

/// Attempts before a job is dead: with the pauses of [`backoff`] about a day.
pub const MAX_ATTEMPTS: i32 = 36;

/// Queues, so that a flood of one kind of work does not hold up another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Queue {
    /// Money and stock.
    Orders,
    /// The search index.
    Search,
    /// Mail.
    Mail,
    /// What is learnt for recommendations: few, and long.
    Training,
}

impl Queue {
    /// All queues.
    pub const ALL: [Self; 4] = [Self::Orders, Self::Search, Self::Mail, Self::Training];

    /// The name in the job table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Search => "search",
            Self::Mail => "mail",
            Self::Training => "training",
        }
    }

    /// Jobs that run at once in a process. Those of the search index wait for one commit of it together: the more of them,
    /// the fewer commits.
    pub(super) fn concurrency(self) -> usize {
        match self {
            Self::Search => 16,
            Self::Orders | Self::Mail | Self::Training => 8,
        }
    }
}

/// A kind of job: a struct in a domain's `jobs.rs`. Effects must be safe to repeat.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Unique name, for example `mail.order_confirmation`.
    const KIND: &'static str;
    /// Where it waits.
    const QUEUE: Queue;

    /// A key that at most one job of the queue ever has, for effects that must not be asked for twice.
    fn unique_key(&self) -> Option<String> {
        None
    }
}

/// The form of a job in the table.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Envelope {
    kind: String,
    payload: serde_json::Value,
}

/// A job on its way into the table.
pub struct Outgoing {
    queue: Queue,
    body: Vec<u8>,
    key: Option<String>,
}

impl Outgoing {
    /// Packs `job`.
    ///
    /// # Errors
    /// When it has no JSON form.
    pub fn of<J: Job>(job: &J) -> Result<Self> {
        let envelope = Envelope {
            kind: J::KIND.to_owned(),
            payload: serde_json::to_value(job)?,
        };
        let key = job.unique_key().map(|key| format!("{}:{key}", J::KIND));
        Ok(Self {
            queue: J::QUEUE,
            body: serde_json::to_vec(&envelope)?,
            key,
        })
    }
}

/// Adds `job` to the transaction of the caller: it runs when that commits, and never otherwise.
///
/// # Errors
/// Those of the database.
pub async fn enqueue<J: Job>(tx: &Tx, job: &J) -> Result<()> {
    push(tx, Outgoing::of(job)?);
    Ok(())
}

/// The same, unless a job just like it waits already. Says whether it was added. One that runs at the moment may have
/// missed what this one is about, and does not count.
///
/// # Errors
/// Those of the database.
pub async fn enqueue_unless_waiting<J: Job>(tx: &Tx, job: &J) -> Result<bool> {
    let job = Outgoing::of(job)?;
    let waits = is_job_waiting(tx, job.queue.name(), &job.body).await?;
    if !waits {
        push(tx, job);
    }
    Ok(!waits)
}

/// Deletes the jobs that are over and hold `text` as a value: who asks to be forgotten is forgotten there too.
///
/// # Errors
/// Those of the database.
pub(crate) async fn forget_mentions(tx: &Tx, text: &str) -> Result<()> {
    delete_jobs_over(tx, &serde_json::to_string(text)?).await
}

pub(crate) fn push(tx: &Tx, job: Outgoing) {
    // The queue lives in wall-clock time, like the workers and the database; its ids sort by it.
    #[expect(
        clippy::disallowed_methods,
        reason = "the job table is read by other programs with their own clock"
    )]
    let (id, now) = (uuid::Uuid::now_v7(), chrono::Utc::now());
    let mut text = String::with_capacity(26);
    let _ = entity::write_bits(id, &mut text);
    let row = JobRow {
        id: text.to_uppercase(),
        queue: job.queue.name(),
        body: job.body,
        attempts: MAX_ATTEMPTS,
        run_at: now.timestamp(),
        key: job.key,
    };
    tx.job(job.queue, row);
}

/// The pause after attempt `attempt` (from 1): 2 s, 4 s, 8 s … up to an hour.
pub fn backoff(attempt: u32) -> Duration {
    Duration::from_secs(2u64.saturating_pow(attempt.clamp(1, 12)).min(3600))
}

/// Wakes the workers of this process as soon as a job is committed; other processes find it by looking.
#[derive(Clone, Default)]
pub struct Wakers(Arc<[Notify; Queue::ALL.len()]>);

impl Wakers {
    /// Wakes the worker of `queue`.
    pub fn wake(&self, queue: Queue) {
        self.0[queue as usize].notify_one();
    }

    async fn woken(&self, queue: Queue) {
        self.0[queue as usize].notified().await;
    }
}
