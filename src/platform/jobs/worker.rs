//! Workers: apalis takes jobs from the table and hands them to the registry.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use apalis::prelude::*;
use futures_util::{FutureExt, Stream};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use tokio::sync::watch;

use crate::platform::crash::crash_point;
use crate::platform::db::{Backend, Db};
use crate::platform::error::{Fault, Result};
use crate::platform::jobs::gate::Gate;
use crate::platform::jobs::{Envelope, JobError, MAX_ATTEMPTS, Queue, Registry, backoff, table};

/// How often a worker looks for jobs that nobody woke it for: those of other processes, and retries that are due.
pub const POLL: Duration = Duration::from_millis(400);
/// How soon a worker starts again after the database threw it out.
const RESTART: Duration = Duration::from_secs(1);
/// Whether a job that was taken is written once more when it begins: nobody asks whether it has begun.
const LOCKED: bool = false;

/// Runs the workers of all queues until `stop` turns true, then lets the running jobs end. They look for jobs when one
/// is written in this process, and every `poll` for what nobody tells them: see [`POLL`].
///
/// # Errors
/// None today: a worker that dies is started again, and the death is logged.
pub async fn run_workers<S>(
    db: &Db,
    registry: Arc<Registry<S>>,
    state: S,
    poll: Duration,
    stop: watch::Receiver<bool>,
) -> Result<()>
where
    S: Clone + Send + Sync + 'static,
{
    let workers = Queue::ALL.map(|queue| {
        let context = Context {
            db: db.clone(),
            registry: Arc::clone(&registry),
            state: state.clone(),
            queue,
            poll,
        };
        run_queue(context, stop.clone())
    });
    futures_util::future::join_all(workers).await;
    Ok(())
}

struct Context<S> {
    db: Db,
    registry: Arc<Registry<S>>,
    state: S,
    queue: Queue,
    poll: Duration,
}

impl<S: Clone> Clone for Context<S> {
    fn clone(&self) -> Self {
        Self {
            db: self.db.clone(),
            registry: Arc::clone(&self.registry),
            state: self.state.clone(),
            queue: self.queue,
            poll: self.poll,
        }
    }
}

async fn run_queue<S: Clone + Send + Sync + 'static>(context: Context<S>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        // A name of its own: apalis refuses a worker whose namesake still seems to live.
        #[expect(clippy::disallowed_methods, reason = "names a worker, nothing that a test looks at")]
        let name = format!("{}-{}", context.queue.name(), uuid::Uuid::now_v7());
        let mut ended = stop.clone();
        let signal = async move {
            let _ = ended.wait_for(|stop| *stop).await;
            Ok::<(), std::io::Error>(())
        };
        let polls = polls(context.db.clone(), context.queue, context.poll);
        let result = match Backend::of(&context.db) {
            Backend::Postgres => {
                let config = apalis_postgres::Config::default()
                    .queue(context.queue.name())
                    .batch_size(context.queue.concurrency())
                    .lock_tasks(LOCKED);
                let pool = context.db.connection().get_postgres_connection_pool();
                let table = table::Postgres {
                    pool: pool.clone(),
                    config: config.clone(),
                };
                let backend = apalis_postgres::PostgresStorage::<Envelope>::new(pool).with_config(config);
                WorkerBuilder::new(name)
                    .backend(Gate::new(backend, table, polls))
                    .data(context.clone())
                    .concurrency(context.queue.concurrency())
                    .build(run_one::<S>)
                    .run_until(signal)
                    .await
            }
            Backend::Sqlite => {
                let config = apalis_sqlite::Config::default()
                    .queue(context.queue.name())
                    .batch_size(context.queue.concurrency())
                    .lock_tasks(LOCKED);
                let pool = context.db.connection().get_sqlite_connection_pool();
                let table = table::Sqlite {
                    pool: pool.clone(),
                    config: config.clone(),
                };
                let backend = apalis_sqlite::SqliteStorage::<Envelope>::new(pool).with_config(config);
                WorkerBuilder::new(name)
                    .backend(Gate::new(backend, table, polls))
                    .data(context.clone())
                    .concurrency(context.queue.concurrency())
                    .build(run_one::<S>)
                    .run_until(signal)
                    .await
            }
        };
        if *stop.borrow() {
            return;
        }
        if let Err(error) = result {
            tracing::warn!(queue = context.queue.name(), %error, "job worker stopped, starting it again");
        }
        tokio::select! {
            () = tokio::time::sleep(RESTART) => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }
}

/// An item each time a worker should look: a commit of this process wrote a job, or `poll` has passed.
fn polls(db: Db, queue: Queue, poll: Duration) -> impl Stream<Item = ()> + Send + 'static {
    Box::pin(futures_util::stream::unfold(db, move |db| async move {
        tokio::select! {
            () = db.wakers().woken(queue) => {}
            () = tokio::time::sleep(poll) => {}
        }
        Some(((), db))
    }))
}

async fn run_one<S: Clone + Send + Sync + 'static>(
    envelope: Envelope,
    id: TaskId,
    attempt: Attempt,
    context: Data<Context<S>>,
) -> std::result::Result<(), BoxDynError> {
    let kind = envelope.kind.clone();
    let attempt = u32::try_from(attempt.current()).unwrap_or(u32::MAX);
    crash_point("jobs.taken");
    let run = AssertUnwindSafe(context.registry.run(context.state.clone(), envelope))
        .catch_unwind()
        .await;
    crash_point("jobs.done");
    // A panic is one job's trouble, not the worker's.
    match run.unwrap_or_else(|_| Err(JobError::Retry(Fault::Invariant("the job panicked")))) {
        Ok(()) => Ok(()),
        Err(error) => {
            let dead = matches!(error, JobError::Dead(_)) || attempt >= MAX_ATTEMPTS.unsigned_abs();
            if dead {
                tracing::error!(kind, id = %id, attempt, %error, "job is dead");
            } else {
                tracing::warn!(kind, id = %id, attempt, %error, "job failed, will be tried again");
                postpone(&context.db, &id.to_string(), backoff(attempt)).await?;
            }
            if let JobError::Dead(reason) = error {
                return Err(Box::new(AbortError::new(reason)));
            }
            Err(Box::new(error))
        }
    }
}

/// Sets when a failed job is due again. apalis keeps the time through the failure that follows.
async fn postpone(db: &Db, id: &str, pause: Duration) -> Result<()> {
    let sql = match Backend::of(db) {
        Backend::Postgres => "UPDATE apalis.jobs SET run_at = now() + make_interval(secs => $1) WHERE id = $2",
        Backend::Sqlite => "UPDATE Jobs SET run_at = CAST(strftime('%s', 'now') AS INTEGER) + $1 WHERE id = $2",
    };
    let backend = db.get_database_backend();
    let pause: sea_orm::Value = match Backend::of(db) {
        Backend::Postgres => pause.as_secs_f64().into(),
        Backend::Sqlite => i64::try_from(pause.as_secs()).unwrap_or(i64::MAX).into(),
    };
    db.execute_raw(Statement::from_sql_and_values(backend, sql, [pause, id.into()]))
        .await?;
    Ok(())
}

/// How many jobs a queue holds.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct QueueDepth {
    /// The queue.
    pub name: String,
    /// Waiting, running, or to be tried again.
    pub open: i64,
    /// Failed for good; kept.
    pub dead: i64,
}

/// The depth of every queue that has had a job.
///
/// # Errors
/// Those of the database.
pub async fn queue_depths(db: &Db) -> Result<Vec<QueueDepth>, Fault> {
    let table = match Backend::of(db) {
        Backend::Postgres => "apalis.jobs",
        Backend::Sqlite => "Jobs",
    };
    let sql = format!(
        "SELECT job_type AS name, \
         sum(CASE WHEN status IN ('Pending', 'Queued', 'Running') OR (status = 'Failed' AND attempts < max_attempts) \
             THEN 1 ELSE 0 END) AS open, \
         sum(CASE WHEN status = 'Killed' OR (status = 'Failed' AND attempts >= max_attempts) THEN 1 ELSE 0 END) AS dead \
         FROM {table} GROUP BY job_type ORDER BY job_type"
    );
    let rows = QueueDepth::find_by_statement(Statement::from_string(db.get_database_backend(), sql))
        .all(db)
        .await?;
    Ok(rows)
}

/// Deletes all jobs, done or not. For databases that are made to be copied.
///
/// # Errors
/// Those of the database.
pub async fn forget_all(db: &Db) -> Result<()> {
    let sql = match Backend::of(db) {
        Backend::Postgres => "DELETE FROM apalis.jobs",
        Backend::Sqlite => "DELETE FROM Jobs",
    };
    db.execute_unprepared(sql).await?;
    Ok(())
}
