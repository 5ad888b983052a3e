//! Jobs in the transaction of the caller. apalis writes jobs through its own connection; an outbox must not, so the rows
//! are written here, in the form of its `sink.sql`.

use sea_orm::sea_query::{ArrayType, Value};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::platform::db::later::array;
use crate::platform::db::{Backend, Tx};
use crate::platform::error::Result;

const COLUMNS: &str =
    "(id, job_type, job, status, attempts, max_attempts, run_at, priority, metadata, idempotency_key)";
const ONCE: &str = "ON CONFLICT (job_type, idempotency_key) DO NOTHING";

/// A row of the job table.
pub(crate) struct JobRow {
    /// Its key.
    pub id: String,
    /// Where it waits.
    pub queue: &'static str,
    /// What is to be done.
    pub body: Vec<u8>,
    /// Attempts before it is dead.
    pub attempts: i32,
    /// When it is due, in seconds since 1970.
    pub run_at: i64,
    /// A key that one job of the queue has; not empty.
    pub key: Option<String>,
}

/// Deletes the jobs that are over and mention `text`.
pub(crate) async fn delete_jobs_over(tx: &Tx, text: &str) -> Result<()> {
    let sql = match Backend::of(tx) {
        Backend::Postgres => {
            "DELETE FROM apalis.jobs WHERE status IN ('Done', 'Failed', 'Killed') \
             AND position(convert_to($1, 'UTF8') IN job) > 0"
        }
        Backend::Sqlite => {
            "DELETE FROM Jobs WHERE status IN ('Done', 'Failed', 'Killed') AND instr(CAST(job AS TEXT), $1) > 0"
        }
    };
    tx.execute_raw(Statement::from_sql_and_values(
        tx.get_database_backend(),
        sql,
        [text.into()],
    ))
    .await?;
    Ok(())
}

/// Whether a job with this body waits in a queue, for the first time or to be tried again.
pub(crate) async fn is_job_waiting(tx: &Tx, queue: &'static str, body: &[u8]) -> Result<bool> {
    let (table, same) = match Backend::of(tx) {
        Backend::Postgres => ("apalis.jobs", "job = convert_to($2, 'UTF8')"),
        Backend::Sqlite => ("Jobs", "CAST(job AS TEXT) = $2"),
    };
    let sql = format!(
        "SELECT 1 AS found FROM {table} WHERE job_type = $1 AND {same} \
         AND (status = 'Pending' OR (status = 'Failed' AND attempts < max_attempts)) LIMIT 1"
    );
    let values: [Value; 2] = [queue.into(), String::from_utf8_lossy(body).into_owned().into()];
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
    Ok(tx.query_one_raw(statement).await?.is_some())
}

/// Writes one row on SQLite.
pub(super) fn insert_job(job: JobRow) -> Statement {
    let sql = format!("INSERT INTO Jobs {COLUMNS} VALUES ($1, $2, $3, 'Pending', 0, $4, $5, 0, '{{}}', $6) {ONCE}");
    let values: [Value; 6] = [
        job.id.into(),
        job.queue.into(),
        job.body.into(),
        job.attempts.into(),
        job.run_at.into(),
        job.key.into(),
    ];
    Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)
}

/// Writes any number of rows on PostgreSQL, as part of a statement that has `before` parameters already.
pub(super) fn insert_jobs(jobs: Vec<JobRow>, before: usize) -> (String, Vec<Value>) {
    let of = |n: usize| before + n;
    let sql = format!(
        "INSERT INTO apalis.jobs {COLUMNS} \
         SELECT id, queue, body, 'Pending', 0, attempts, to_timestamp(due), 0, ''::hstore, NULLIF(once, '') \
         FROM UNNEST(${}::text[], ${}::text[], ${}::bytea[], ${}::int4[], ${}::int8[], ${}::text[]) \
         AS given(id, queue, body, attempts, due, once) {ONCE}",
        of(1),
        of(2),
        of(3),
        of(4),
        of(5),
        of(6)
    );
    let text = |of: fn(&JobRow) -> &str| array(ArrayType::String, jobs.iter().map(|job| of(job).into()));
    let arrays = vec![
        text(|job| &job.id),
        text(|job| job.queue),
        array(ArrayType::Bytes, jobs.iter().map(|job| job.body.clone().into())),
        array(ArrayType::Int, jobs.iter().map(|job| job.attempts.into())),
        array(ArrayType::BigInt, jobs.iter().map(|job| job.run_at.into())),
        // Arrays with NULLs in them cannot be bound.
        text(|job| job.key.as_deref().unwrap_or_default()),
    ];
    (sql, arrays)
}
