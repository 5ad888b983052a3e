//! Counters that give each number once. On PostgreSQL they are sequences: taking a number holds back nobody, and a number
//! that is taken is gone whatever becomes of the transaction. SQLite has one writer at a time: there they are rows.

use entity::platform::number_sequence::{ActiveModel, Column, Entity};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query, UpdateStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, Set, Statement, TryGetable};

use crate::platform::db::{Backend, Tx};
use crate::platform::error::{Fault, Result};

/// A counter.
#[derive(Clone, Copy, Debug)]
pub struct Counter {
    /// Its row on SQLite.
    pub name: &'static str,
    /// Its sequence on PostgreSQL, which starts with [`first`](Self::first).
    pub sequence: &'static str,
    /// The first number.
    pub first: i64,
}

impl Counter {
    /// Runs `update`, and takes a number for each row that it changed: on PostgreSQL in the same statement. Gives the
    /// `key` of each with its number.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn next_with<K: TryGetable>(
        self,
        tx: &Tx,
        mut update: UpdateStatement,
        key: impl ColumnTrait,
    ) -> Result<Vec<(K, i64)>> {
        let mut returning = Query::returning().exprs([Expr::col(key.as_column_ref())]);
        if Backend::of(tx) == Backend::Postgres {
            let next = Expr::cust(format!("nextval('{}')", self.sequence));
            returning = Query::returning().exprs([Expr::col(key.as_column_ref()), next]);
        }
        update.returning(returning);
        let rows = tx.query_all(&update).await?;
        let keys: Vec<K> = rows
            .iter()
            .map(|row| row.try_get_by_index(0))
            .collect::<std::result::Result<_, _>>()?;
        let numbers: Vec<i64> = match Backend::of(tx) {
            Backend::Postgres => rows
                .iter()
                .map(|row| row.try_get_by_index(1))
                .collect::<std::result::Result<_, _>>()?,
            Backend::Sqlite if keys.is_empty() => Vec::new(),
            Backend::Sqlite => {
                let more = i64::try_from(keys.len()).map_err(|e| Fault::part("counter", e))?;
                let count = Expr::col((Entity, Column::Value)).add(more);
                let rows = self.row(self.first + more - 1, count).exec_with_returning(tx).await?;
                let row = rows.first().ok_or(Fault::Invariant("a counter that does not count"))?;
                (row.value - more + 1..=row.value).collect()
            }
        };
        Ok(keys.into_iter().zip(numbers).collect())
    }

    /// Has it go on above `number`, if it is not there yet.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn go_above(self, tx: &Tx, number: i64) -> Result<()> {
        match Backend::of(tx) {
            Backend::Postgres => {
                let lift = format!(
                    "SELECT setval($1::text::regclass, GREATEST($2, last_value), is_called OR $2 > last_value) FROM {}",
                    self.sequence
                );
                self.ask(tx, &lift, vec![self.sequence.into(), number.into()]).await?;
            }
            Backend::Sqlite => {
                let larger = "CASE WHEN excluded.value > number_sequence.value THEN excluded.value ELSE number_sequence.value END";
                self.row(number, Expr::cust(larger)).exec_without_returning(tx).await?;
            }
        }
        Ok(())
    }

    fn row(self, first: i64, then: Expr) -> sea_orm::InsertMany<ActiveModel> {
        let row = ActiveModel {
            name: Set(self.name.to_owned()),
            value: Set(first),
        };
        let there = OnConflict::column(Column::Name).value(Column::Value, then).to_owned();
        Entity::insert_many([row]).on_conflict(there)
    }

    async fn ask(self, tx: &Tx, sql: &str, values: Vec<sea_orm::Value>) -> Result<sea_orm::QueryResult> {
        let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
        let row = tx.query_one_raw(statement).await?;
        Ok(row.ok_or(DbErr::RecordNotFound(self.sequence.to_owned()))?)
    }
}
