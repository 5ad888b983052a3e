//! The job tables of apalis, as the gate reads them.

use apalis::prelude::Task;
use apalis_core::worker::context::WorkerContext;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::platform::jobs::gate::Table;

type RawTask = Task<Vec<u8>>;

/// The table on PostgreSQL.
pub(super) struct Postgres {
    pub pool: sqlx::PgPool,
    pub config: apalis_postgres::Config,
}

/// The table on SQLite.
pub(super) struct Sqlite {
    pub pool: sqlx::SqlitePool,
    pub config: apalis_sqlite::Config,
}

fn ids(jobs: &[RawTask]) -> Vec<String> {
    jobs.iter()
        .filter_map(|job| job.task_id().map(ToString::to_string))
        .collect()
}

impl Table<RawTask, apalis_postgres::Error> for Postgres {
    fn take(&self, worker: &WorkerContext) -> BoxFuture<'static, Result<Vec<RawTask>, apalis_postgres::Error>> {
        let (pool, config, worker) = (self.pool.clone(), self.config.clone(), worker.clone());
        async move {
            let mut connection = pool.acquire().await?;
            apalis_postgres::queries::fetch_next(&mut *connection, &config, &worker).await
        }
        .boxed()
    }

    fn give_back(
        &self,
        jobs: Vec<RawTask>,
        worker: &WorkerContext,
    ) -> BoxFuture<'static, Result<(), apalis_postgres::Error>> {
        let (pool, config, worker) = (self.pool.clone(), self.config.clone(), worker.clone());
        async move {
            let mut connection = pool.acquire().await?;
            let queue = config.queue.as_ref();
            apalis_postgres::queries::reenqueue_abandoned(&mut *connection, queue, worker.name(), &ids(&jobs)).await?;
            Ok(())
        }
        .boxed()
    }
}

impl Table<RawTask, apalis_sqlite::Error> for Sqlite {
    fn take(&self, worker: &WorkerContext) -> BoxFuture<'static, Result<Vec<RawTask>, apalis_sqlite::Error>> {
        let (pool, config, worker) = (self.pool.clone(), self.config.clone(), worker.clone());
        async move { apalis_sqlite::queries::fetch_next(&pool, &config, &worker).await }.boxed()
    }

    fn give_back(
        &self,
        jobs: Vec<RawTask>,
        worker: &WorkerContext,
    ) -> BoxFuture<'static, Result<(), apalis_sqlite::Error>> {
        let (pool, config, worker) = (self.pool.clone(), self.config.clone(), worker.clone());
        async move {
            let queue = config.queue.as_ref();
            apalis_sqlite::queries::reenqueue_abandoned(&pool, queue, worker.name(), &ids(&jobs)).await?;
            Ok(())
        }
        .boxed()
    }
}
