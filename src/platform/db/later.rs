//! Rows that a transaction writes when it has nothing else to ask of the database: on PostgreSQL all of them in one
//! statement, whatever tables they belong to, because the way there and back costs more than the rows.

use std::fmt::Write;

use sea_orm::sea_query::{ArrayType, Value};
use sea_orm::{ActiveModelTrait, DbBackend, EntityTrait, Iterable, QueryTrait, Statement};

use crate::platform::db::Backend;
use crate::platform::db::bulk::{PARAMETERS, ROWS, as_arrays};
use crate::platform::db::outbox::{JobRow, insert_job, insert_jobs};

/// Rows on their way, parents first.
#[derive(Default)]
pub(super) struct Later {
    /// Statements that are complete.
    whole: Vec<Statement>,
    /// Parts of the one that is not, with their parameters.
    parts: Vec<String>,
    values: Vec<Value>,
    /// Jobs, which come last.
    jobs: Vec<JobRow>,
}

impl Later {
    /// Puts `rows` behind those that are there.
    pub fn add<A>(&mut self, backend: Backend, rows: Vec<A>)
    where
        A: ActiveModelTrait + Send + Sync,
    {
        let most = PARAMETERS / <A::Entity as EntityTrait>::Column::iter().count().max(1);
        let most = if backend == Backend::Postgres { ROWS } else { most };
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let chunk: Vec<A> = rows.by_ref().take(most).collect();
            match as_arrays(&chunk, None, self.values.len()) {
                Some((sql, arrays)) if backend == Backend::Postgres => {
                    self.parts.push(sql);
                    self.values.extend(arrays);
                }
                _ => {
                    self.complete();
                    self.whole.push(A::Entity::insert_many(chunk).build(backend.into()));
                }
            }
        }
    }

    /// Puts a job behind everything.
    pub fn add_job(&mut self, job: JobRow) {
        self.jobs.push(job);
    }

    /// The statements that write everything that is there.
    pub fn take(&mut self, backend: Backend) -> Vec<Statement> {
        let jobs = std::mem::take(&mut self.jobs);
        match backend {
            Backend::Postgres if !jobs.is_empty() => {
                let (sql, arrays) = insert_jobs(jobs, self.values.len());
                self.parts.push(sql);
                self.values.extend(arrays);
            }
            _ => self.whole.extend(jobs.into_iter().map(insert_job)),
        }
        self.complete();
        std::mem::take(&mut self.whole)
    }

    /// Makes one statement of the parts. Its foreign keys are checked when all of it is done.
    fn complete(&mut self) {
        let parts = std::mem::take(&mut self.parts);
        let Some((last, others)) = parts.split_last() else {
            return;
        };
        let mut sql = String::new();
        for (number, part) in others.iter().enumerate() {
            let before = if number == 0 { "WITH " } else { ", " };
            let _ = write!(sql, "{before}w{number} AS ({part})");
        }
        let _ = write!(sql, " {last}");
        let values = std::mem::take(&mut self.values);
        let sql = sql.trim_start();
        self.whole
            .push(Statement::from_sql_and_values(DbBackend::Postgres, sql, values));
    }
}

/// An array of `values`, as a parameter.
pub(crate) fn array(kind: ArrayType, values: impl Iterator<Item = Value>) -> Value {
    Value::Array(kind, Some(Box::new(values.collect())))
}
