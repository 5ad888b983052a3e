//! Jobs in the transaction of the caller. apalis writes jobs through its own connection; an outbox must not, so the row
//! is written here, in the form of its `sink.sql`.

use sea_orm::{ConnectionTrait, Statement, Value};

use crate::platform::db::{Backend, Tx};
use crate::platform::error::Result;

const POSTGRES: &str = "INSERT INTO apalis.jobs \
    (id, job_type, job, status, attempts, max_attempts, run_at, priority, metadata, idempotency_key) \
    VALUES ($1, $2, $3, 'Pending', 0, $4, to_timestamp($5), 0, ''::hstore, $6) \
    ON CONFLICT (job_type, idempotency_key) DO NOTHING";
const SQLITE: &str = "INSERT INTO Jobs \
    (id, job_type, job, status, attempts, max_attempts, run_at, priority, metadata, idempotency_key) \
    VALUES ($1, $2, $3, 'Pending', 0, $4, $5, 0, '{}', $6) \
    ON CONFLICT (job_type, idempotency_key) DO NOTHING";

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

/// Writes one row of the job table. `run_at` is in seconds since 1970.
pub(crate) async fn insert_job(
    tx: &Tx,
    (id, queue): (String, &str),
    body: Vec<u8>,
    max_attempts: i32,
    run_at: i64,
    key: Option<String>,
) -> Result<()> {
    let sql = match Backend::of(tx) {
        Backend::Postgres => POSTGRES,
        Backend::Sqlite => SQLITE,
    };
    let values: [Value; 6] = [
        id.into(),
        queue.into(),
        body.into(),
        max_attempts.into(),
        run_at.into(),
        key.into(),
    ];
    tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values))
        .await?;
    Ok(())
}
