//! Rows that a transaction writes when it has nothing else to ask of the database: on PostgreSQL all of them in one
//! statement, whatever tables they belong to, because the way there and back costs more than the rows.

use std::fmt::Write;

use sea_orm::sea_query::{ArrayType, Value};
use sea_orm::{ActiveModelTrait, DbBackend, EntityTrait, Iterable, QueryTrait, Statement};

use crate::platform::db::Backend;
use crate::platform::db::bulk::{Arrays, PARAMETERS, ROWS};
use crate::platform::db::outbox::{JobRow, insert_job, insert_jobs};

/// Rows on their way, parents first.
#[derive(Default)]
pub(super) struct Later {
    /// Statements that are complete.
    whole: Vec<Statement>,
    /// Parts of the one that is not: rows of a table each.
    parts: Vec<Arrays>,
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
            let arrays = match backend {
                Backend::Postgres => Arrays::of(&chunk),
                Backend::Sqlite => None,
            };
            match arrays {
                Some(arrays) => self.add_part(arrays),
                None => {
                    self.complete(Vec::new());
                    self.whole.push(A::Entity::insert_many(chunk).build(backend.into()));
                }
            }
        }
    }

    /// Puts rows beside those of their table. That they come before rows of other tables then does no harm: foreign keys
    /// are checked when the whole statement is done.
    fn add_part(&mut self, rows: Arrays) {
        let mut rows = Some(rows);
        for part in &mut self.parts {
            rows = rows.and_then(|rows| part.join(rows));
        }
        self.parts.extend(rows);
    }

    /// Puts a job behind everything.
    pub fn add_job(&mut self, job: JobRow) {
        self.jobs.push(job);
    }

    /// The statements that write everything that is there.
    pub fn take(&mut self, backend: Backend) -> Vec<Statement> {
        let jobs = std::mem::take(&mut self.jobs);
        match backend {
            Backend::Postgres => self.complete(jobs),
            Backend::Sqlite => self.whole.extend(jobs.into_iter().map(insert_job)),
        }
        std::mem::take(&mut self.whole)
    }

    /// Makes one statement of the parts and of `jobs`.
    fn complete(&mut self, jobs: Vec<JobRow>) {
        let (mut parts, mut values) = (Vec::new(), Vec::new());
        for rows in std::mem::take(&mut self.parts) {
            parts.push(rows.insert(values.len()));
            values.extend(rows.into_values());
        }
        if !jobs.is_empty() {
            let (sql, arrays) = insert_jobs(jobs, values.len());
            parts.push(sql);
            values.extend(arrays);
        }
        let Some((last, others)) = parts.split_last() else {
            return;
        };
        let mut sql = String::new();
        for (number, part) in others.iter().enumerate() {
            let before = if number == 0 { "WITH " } else { ", " };
            let _ = write!(sql, "{before}w{number} AS ({part})");
        }
        let _ = write!(sql, " {last}");
        let sql = sql.trim_start();
        self.whole
            .push(Statement::from_sql_and_values(DbBackend::Postgres, sql, values));
    }
}

/// An array of `values`, as a parameter.
pub(crate) fn array(kind: ArrayType, values: impl Iterator<Item = Value>) -> Value {
    Value::Array(kind, Some(Box::new(values.collect())))
}
