//! What a database says about itself, for `merx doctor`. Nothing is written.

use migration::MigratorTrait;
use sea_orm::{ConnectionTrait, DbErr, Statement};

use crate::platform::db::{Backend, Db};

/// Oldest PostgreSQL that this program is tested with.
const POSTGRES_OLDEST: i64 = 150_000;

/// The state of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// Its name and version.
    pub version: String,
    /// Whether the version is new enough.
    pub supported: bool,
    /// An extension that the job queue needs and the server does not have.
    pub missing_extension: Option<&'static str>,
    /// Migrations that have not been applied.
    pub pending: usize,
}

/// Asks `db` for its state.
///
/// # Errors
/// When it does not answer.
pub async fn inspect(db: &Db) -> Result<Inspection, DbErr> {
    let pending = pending(db).await;
    match Backend::of(db) {
        Backend::Sqlite => {
            let version: String = one(db, "SELECT sqlite_version()").await?.unwrap_or_default();
            Ok(Inspection {
                version: format!("SQLite {version}"),
                supported: true,
                missing_extension: None,
                pending,
            })
        }
        Backend::Postgres => {
            let version: String = one(db, "SELECT current_setting('server_version')")
                .await?
                .unwrap_or_default();
            let number: i64 = one(db, "SELECT current_setting('server_version_num')::bigint")
                .await?
                .unwrap_or_default();
            let hstore: Option<String> = one(
                db,
                "SELECT name::text FROM pg_available_extensions WHERE name = 'hstore'",
            )
            .await?;
            Ok(Inspection {
                version: format!("PostgreSQL {version}"),
                supported: number >= POSTGRES_OLDEST,
                missing_extension: hstore.is_none().then_some("hstore"),
                pending,
            })
        }
    }
}

/// How many of our migrations the database does not have; all of them where it has no list.
async fn pending(db: &Db) -> usize {
    let sql = "SELECT version FROM seaql_migrations";
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await
        .unwrap_or_default();
    let applied: Vec<String> = rows.iter().filter_map(|row| row.try_get_by_index(0).ok()).collect();
    migration::Migrator::migrations()
        .iter()
        .filter(|migration| !applied.iter().any(|name| name == migration.name()))
        .count()
}

async fn one<T: sea_orm::TryGetable>(db: &Db, sql: &str) -> Result<Option<T>, DbErr> {
    let row = db
        .query_one_raw(Statement::from_string(db.get_database_backend(), sql))
        .await?;
    row.map(|row| row.try_get_by_index(0)).transpose()
}
