//! Opening and migrating a database.

use std::str::FromStr;
use std::time::Duration;

use migration::MigratorTrait;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, SqlxPostgresConnector,
    SqlxSqliteConnector, Statement,
};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::platform::db::Db;
use crate::platform::error::{Fault, Result};

/// Connections to a SQLite file: readers beside one writer.
const SQLITE_CONNECTIONS: u32 = 8;
/// How long a transaction waits in line for those before it. One that may take long holds all up on SQLite.
const SQLITE_LINE: Duration = Duration::from_secs(60);
/// How long a SQLite connection waits for another process that writes.
const SQLITE_BUSY: Duration = Duration::from_secs(10);

/// From here on a statement is slow and is logged.
const SLOW: Duration = Duration::from_millis(500);
/// A connection that was idle for so long is asked whether it still works before it is used. Asking every time would cost
/// as much as many a statement; whoever meets one that broke a moment ago would have met it a moment ago.
const IDLE: Duration = Duration::from_secs(1);
/// Shortest time after which PostgreSQL ends a transaction in which nothing happens.
const ABANDONED_MIN: Duration = Duration::from_secs(60);

/// How the database is used.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Connections to PostgreSQL at most.
    pub connections: u32,
    /// Longest time of a statement on PostgreSQL. SQLite cannot be told; there the deadline of the request ends the
    /// waiting, and the statement at its next row.
    pub statement_timeout: Option<Duration>,
}

/// Which database answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// The embedded default.
    Sqlite,
    /// Production.
    Postgres,
}

impl Backend {
    /// The backend that `connection` speaks to.
    pub fn of(connection: &impl ConnectionTrait) -> Self {
        match connection.get_database_backend() {
            DbBackend::Postgres => Self::Postgres,
            _ => Self::Sqlite,
        }
    }
}

impl From<Backend> for DbBackend {
    fn from(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => Self::Sqlite,
            Backend::Postgres => Self::Postgres,
        }
    }
}

/// Opens `url`: `sqlite:PATH` (made when absent) or `postgres://…`.
///
/// # Errors
/// When the address is malformed or the database does not answer.
pub async fn connect(url: &str, wanted: Options) -> Result<Db> {
    let mut options = ConnectOptions::new(url.to_owned());
    // The levels are those of a crate that sqlx logs with, and have no other name here.
    if let (Ok(off), Ok(warn)) = ("off".parse(), "warn".parse()) {
        // The statement with its placeholders; never the values.
        options
            .sqlx_logging(true)
            .sqlx_logging_level(off)
            .sqlx_slow_statements_logging_settings(warn, SLOW);
    }
    options
        .acquire_timeout(Duration::from_secs(10))
        .connect_timeout(Duration::from_secs(10))
        .test_before_acquire_if_idle_for(IDLE);
    if url.starts_with("sqlite:") {
        // sqlx parses the address too; a malformed one should be named here and not inside the pool.
        sqlx::sqlite::SqliteConnectOptions::from_str(url).map_err(|e| Fault::part("DATABASE_URL", e))?;
        options.max_connections(SQLITE_CONNECTIONS).map_sqlx_sqlite_opts(|o| {
            o.create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                // An acknowledged order must survive a power cut.
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(SQLITE_BUSY)
                .foreign_keys(true)
                .pragma("cache_size", "-16000")
        });
    } else {
        options.max_connections(wanted.connections);
        if let Some(limit) = wanted.statement_timeout {
            let abandoned = limit.max(ABANDONED_MIN).as_millis().to_string();
            // A transaction that its process has forgotten must not hold its rows for ever.
            options.statement_timeout(limit).map_sqlx_postgres_opts(move |o| {
                o.options([("idle_in_transaction_session_timeout", abandoned.as_str())])
            });
        }
    }
    let connection = Database::connect(options).await?;
    let writer = match Backend::of(&connection) {
        Backend::Sqlite => Some(writer_of(&connection).await?),
        Backend::Postgres => None,
    };
    Ok(Db::new(connection, writer))
}

/// One more connection to the file of `connection`.
async fn writer_of(connection: &DatabaseConnection) -> Result<DatabaseConnection> {
    let options = connection.get_sqlite_connection_pool().connect_options();
    let pool = SqlitePoolOptions::new().max_connections(1).acquire_timeout(SQLITE_LINE);
    let pool = pool.connect_with(options.as_ref().clone()).await;
    Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(
        pool.map_err(|e| Fault::part("database", e))?,
    ))
}

/// Brings the schema up to date: our migrations, then those of the job queue. Several processes may start at once.
///
/// # Errors
/// When a statement fails; PostgreSQL then has nothing of the failed migration.
pub async fn migrate(db: &Db) -> Result<()> {
    let connection = db.connection();
    match Backend::of(connection) {
        Backend::Postgres => {
            // Connections of its own: an index on a large table takes as long as it takes.
            let connect = connection.get_postgres_connection_pool().connect_options();
            let patient = connect.as_ref().clone().options([("statement_timeout", "0")]);
            let pool = PgPoolOptions::new().max_connections(2).connect_with(patient).await;
            let pool = pool.map_err(|e| Fault::part("database", e))?;
            let connection = &SqlxPostgresConnector::from_sqlx_postgres_pool(pool.clone());
            let mut lock = pool.acquire().await.map_err(|e| Fault::part("database", e))?;
            // Session lock: whoever comes second waits and then finds nothing to do.
            let advisory = |name| sqlx::query::<sqlx::Postgres>(name);
            advisory("SELECT pg_advisory_lock(7233921)")
                .execute(&mut *lock)
                .await
                .map_err(|e| Fault::part("database", e))?;
            let result = migrate_postgres(connection, &pool).await;
            let unlock = advisory("SELECT pg_advisory_unlock(7233921)").execute(&mut *lock).await;
            drop(lock);
            pool.close().await;
            result.and(unlock.map(|_| ()).map_err(|e| Fault::part("database", e)))
        }
        Backend::Sqlite => {
            migration::Migrator::up(connection, None).await?;
            // Not `setup`: it turns off durable commits on the connection that it happens to get.
            let pool = connection.get_sqlite_connection_pool();
            apalis_sqlite::SqliteStorage::migrations()
                .run(pool)
                .await
                .map_err(|e| Fault::part("job tables", e))
        }
    }
}

async fn migrate_postgres(connection: &DatabaseConnection, pool: &sqlx::PgPool) -> Result<()> {
    migration::Migrator::up(connection, None).await?;
    apalis_postgres::PostgresStorage::migrations()
        .run(pool)
        .await
        .map_err(|e| Fault::part("job tables", e))?;
    without_notices(connection).await
}

/// Takes the notices off the job table. Nobody listens to them: workers are woken by their process, and look by
/// themselves. A transaction with a notice commits alone, one after the other, so that their commits could not share a
/// sync of the log.
async fn without_notices(connection: &DatabaseConnection) -> Result<()> {
    let there = "SELECT 1 FROM pg_trigger WHERE tgname = 'notify_workers' AND tgrelid = 'apalis.jobs'::regclass";
    let there = Statement::from_string(DbBackend::Postgres, there);
    // Not without looking: it locks the table.
    if connection.query_one_raw(there).await?.is_some() {
        let drop = "DROP TRIGGER IF EXISTS notify_workers ON apalis.jobs";
        connection.execute_unprepared(drop).await?;
    }
    Ok(())
}

/// Whether nobody has put a shop into the database yet.
///
/// # Errors
/// When the tables are not there.
pub async fn is_empty_database(db: &Db) -> Result<bool, DbErr> {
    use sea_orm::EntityTrait;
    Ok(entity::channel::channel::Entity::find().one(db).await?.is_none())
}
