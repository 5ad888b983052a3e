//! Connections and write transactions.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult,
    QueryResult, RuntimeErr, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

use crate::platform::crash::crash_point;
use crate::platform::db::Backend;
use crate::platform::db::later::Later;
use crate::platform::db::outbox::JobRow;
use crate::platform::error::Fault;
use crate::platform::event::Listeners;
use crate::platform::idempotency;
use crate::platform::jobs::{Queue, Wakers};

/// A pool of connections. Cheap to clone. Reads go straight to it; writes go through [`Db::begin`].
#[derive(Clone)]
pub struct Db {
    connection: DatabaseConnection,
    /// SQLite has one writer: a pool of one connection. Waiting for it is fair; waiting in the busy handler is a lottery.
    writer: DatabaseConnection,
    listeners: Arc<RwLock<Arc<Listeners>>>,
    wakers: Wakers,
    statements: Arc<AtomicU64>,
}

impl Db {
    /// A database that is read, and written outside of transactions, through `connection`, and written in transactions
    /// through `writer`: the same where there may be many.
    pub(super) fn new(mut connection: DatabaseConnection, writer: Option<DatabaseConnection>) -> Self {
        let statements = Arc::new(AtomicU64::new(0));
        let count = |connection: &mut DatabaseConnection| {
            let counter = Arc::clone(&statements);
            connection.set_metric_callback(move |info| {
                counter.fetch_add(1, Ordering::Relaxed);
                tracing::trace!(target: "merx::sql", elapsed = ?info.elapsed, failed = info.failed, sql = %info.statement.sql);
            });
        };
        count(&mut connection);
        let writer = match writer {
            Some(mut writer) => {
                count(&mut writer);
                writer
            }
            None => connection.clone(),
        };
        Self {
            connection,
            writer,
            listeners: Arc::default(),
            wakers: Wakers::default(),
            statements,
        }
    }

    /// Opens a write transaction. It rolls back when dropped.
    ///
    /// # Errors
    /// When no connection is to be had.
    pub async fn begin(&self) -> Result<Tx, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        Ok(self.tx(self.writer.begin_with_options(options).await?))
    }

    /// Opens a transaction in which statements may take as long as they must, for looks at whole tables that nobody waits
    /// for. It is for reads: on SQLite others write meanwhile.
    ///
    /// # Errors
    /// When no connection is to be had.
    pub async fn begin_long_read(&self) -> Result<Tx, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Deferred),
            ..Default::default()
        };
        let tx = self.tx(self.connection.begin_with_options(options).await?);
        unhurried(&tx).await?;
        Ok(tx)
    }

    /// Opens a write transaction in which statements may take as long as they must, for work that nobody waits for. On
    /// SQLite others that write wait for its end.
    ///
    /// # Errors
    /// When no connection is to be had.
    pub async fn begin_long(&self) -> Result<Tx, DbErr> {
        let tx = self.begin().await?;
        unhurried(&tx).await?;
        Ok(tx)
    }

    fn tx(&self, inner: DatabaseTransaction) -> Tx {
        Tx {
            inner,
            db: self.clone(),
            later: Mutex::default(),
            queues: Mutex::default(),
            afterwards: Mutex::default(),
        }
    }

    /// Statements sent so far through this pool, for tests and metrics. BEGIN and COMMIT are not counted.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Says who listens to events from now on.
    pub fn set_listeners(&self, listeners: Listeners) {
        *self.listeners.write() = Arc::new(listeners);
    }

    /// What wakes the workers of this process.
    pub fn wakers(&self) -> &Wakers {
        &self.wakers
    }

    /// Closes the pool: waits for its connections to come back.
    ///
    /// # Errors
    /// When a connection does not end well.
    pub async fn close(&self) -> Result<(), DbErr> {
        self.writer.close_by_ref().await?;
        self.connection.close_by_ref().await
    }

    /// The pool underneath, for the migrator and the job queue.
    pub fn connection(&self) -> &DatabaseConnection {
        &self.connection
    }
}

/// A write transaction.
pub struct Tx {
    inner: DatabaseTransaction,
    db: Db,
    later: Mutex<Later>,
    queues: Mutex<Vec<Queue>>,
    afterwards: Mutex<Vec<Box<dyn FnOnce() + Send>>>,
}

impl Tx {
    /// Puts rows off to the commit, or to the next [`flush`](Self::flush): those that nothing in this transaction reads
    /// again and no other row needs before. What the database has against them comes up there.
    pub(crate) fn later<A: ActiveModelTrait + Send + Sync>(&self, rows: Vec<A>) {
        self.later.lock().add(Backend::of(self), rows);
    }

    /// Writes the rows that were put off.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn flush(&self) -> Result<(), DbErr> {
        let statements = self.later.lock().take(Backend::of(self));
        for statement in statements {
            self.inner.execute_raw(statement).await?;
        }
        Ok(())
    }

    /// Puts a job off to the commit.
    pub(crate) fn job(&self, queue: Queue, job: JobRow) {
        self.will_wake(queue);
        self.later.lock().add_job(job);
    }

    /// Makes everything of this transaction last, then wakes the workers of the jobs in it and does what was put off.
    ///
    /// # Errors
    /// When the database refuses; nothing has happened then.
    pub async fn commit(self) -> Result<(), DbErr> {
        self.flush().await?;
        idempotency::note(&self).await?;
        crash_point("db.committing");
        self.inner.commit().await?;
        crash_point("db.committed");
        idempotency::committed();
        for queue in self.queues.into_inner() {
            self.db.wakers.wake(queue);
        }
        for work in self.afterwards.into_inner() {
            work();
        }
        Ok(())
    }

    /// Puts `work` off until this transaction lasts; without a commit it is never done. For caches of the process, which
    /// must not forget before the others can read what is new.
    pub(crate) fn afterwards(&self, work: impl FnOnce() + Send + 'static) {
        self.afterwards.lock().push(Box::new(work));
    }

    /// Takes everything back. Dropping does the same, later.
    ///
    /// # Errors
    /// When the connection is gone; the database then takes it back by itself.
    pub async fn rollback(self) -> Result<(), DbErr> {
        self.inner.rollback().await
    }

    pub(crate) fn listeners(&self) -> Arc<Listeners> {
        Arc::clone(&self.db.listeners.read())
    }

    fn will_wake(&self, queue: Queue) {
        let mut queues = self.queues.lock();
        if !queues.contains(&queue) {
            queues.push(queue);
        }
    }
}

macro_rules! delegate_connection {
    ($type:ty, $field:ident) => {
        #[async_trait::async_trait]
        impl ConnectionTrait for $type {
            fn get_database_backend(&self) -> DbBackend {
                self.$field.get_database_backend()
            }

            async fn execute_raw(&self, stmt: Statement) -> Result<ExecResult, DbErr> {
                self.$field.execute_raw(stmt).await
            }

            async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
                self.$field.execute_unprepared(sql).await
            }

            async fn query_one_raw(&self, stmt: Statement) -> Result<Option<QueryResult>, DbErr> {
                self.$field.query_one_raw(stmt).await
            }

            async fn query_all_raw(&self, stmt: Statement) -> Result<Vec<QueryResult>, DbErr> {
                self.$field.query_all_raw(stmt).await
            }
        }
    };
}

delegate_connection!(Db, connection);
delegate_connection!(Tx, inner);

/// Has the statements of `tx` take as long as they must.
async fn unhurried(tx: &Tx) -> Result<(), DbErr> {
    if Backend::of(tx) == Backend::Postgres {
        tx.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
    }
    Ok(())
}

/// The name of the constraint that `error` violates, if it violates one. SQLite does not name unique indexes but their
/// columns: `table.column, …` comes back as the `uq_table_column_…` of the migrations.
pub fn constraint_of(error: &DbErr) -> Option<String> {
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) = error else {
        return None;
    };
    let database = error.as_database_error()?;
    if let Some(name) = database.constraint() {
        return Some(name.to_owned());
    }
    let message = database.message();
    if let Some(columns) = message.strip_prefix("UNIQUE constraint failed: ") {
        let mut name = String::from("uq");
        for (i, column) in columns.split(", ").enumerate() {
            let (table, column) = column.split_once('.')?;
            if i == 0 {
                name.push('_');
                name.push_str(table);
            }
            name.push('_');
            name.push_str(column);
        }
        return Some(name);
    }
    message.strip_prefix("CHECK constraint failed: ").map(str::to_owned)
}

/// Whether `error` is the database asking to try again: serialisation failure, deadlock, or a busy file.
fn is_conflict(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) = error else {
        return false;
    };
    let code = error.as_database_error().and_then(|e| e.code());
    matches!(code.as_deref(), Some("40001" | "40P01" | "5" | "517"))
}

/// Whether `code` speaks of the data: on PostgreSQL the classes 22 (data exceptions) and 23 (constraints), on SQLite
/// SQLITE_TOOBIG, SQLITE_CONSTRAINT and SQLITE_MISMATCH with their extended codes.
fn is_about_data(code: &str) -> bool {
    if code.len() == 5 {
        return code.starts_with("22") || code.starts_with("23");
    }
    code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 18..=20))
}

/// What the database has against the data, if that is what `fault` is: the name of the constraint, or its message. None
/// when it was busy, away, full or anything else: the data may be fine.
pub fn refusal_of(fault: &Fault) -> Option<String> {
    let Fault::Db(error @ (DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner)))) =
        fault
    else {
        return None;
    };
    let database = inner.as_database_error()?;
    if !database.code().is_some_and(|code| is_about_data(&code)) {
        return None;
    }
    Some(constraint_of(error).unwrap_or_else(|| database.message().to_owned()))
}

/// Runs `work` again, up to five times in all, while `conflict` finds the database asking for it in its error.
/// `work` must open its own transaction.
///
/// # Errors
/// The last error of `work`.
pub async fn retry_conflicts<T, E, F>(find: impl Fn(&E) -> Option<&DbErr>, work: impl Fn() -> F) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
{
    let mut pause = Duration::from_millis(5);
    for _ in 0..4 {
        match work().await {
            Err(error) if find(&error).is_some_and(is_conflict) => {
                tokio::time::sleep(pause).await;
                pause *= 3;
            }
            other => return other,
        }
    }
    work().await
}
