//! Counters that give each number once. On PostgreSQL they are sequences: taking a number holds back nobody, and a number
//! that is taken is gone whatever becomes of the transaction. SQLite has one writer at a time: there they are rows.

use entity::platform::number_sequence::{ActiveModel, Column, Entity};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query, UpdateStatement};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, Set, Statement};

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
    /// Runs `update`, which changes one row or none, and takes the next number if it changed one: on PostgreSQL in the same
    /// statement.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn next_with(self, tx: &Tx, mut update: UpdateStatement) -> Result<Option<i64>> {
        match Backend::of(tx) {
            Backend::Postgres => {
                let next = Expr::cust(format!("nextval('{}')", self.sequence));
                update.returning(Query::returning().expr(next));
                let row = tx.query_one(&update).await?;
                Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
            }
            Backend::Sqlite if tx.execute(&update).await?.rows_affected() == 0 => Ok(None),
            Backend::Sqlite => {
                let count = Expr::col((Entity, Column::Value)).add(1);
                let rows = self.row(self.first, count).exec_with_returning(tx).await?;
                let row = rows.first().ok_or(Fault::Invariant("a counter that does not count"))?;
                Ok(Some(row.value))
            }
        }
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
