//! Inserting many rows.

use sea_orm::{ActiveModelTrait, EntityTrait, Iterable};

use crate::platform::db::Tx;
use crate::platform::error::Result;

/// Parameters in one statement: below the limit of SQLite (32,766) and of PostgreSQL (65,535).
const PARAMETERS: usize = 30_000;

/// Inserts `rows` in as few statements as the number of parameters allows.
///
/// # Errors
/// Those of the database; then rows of earlier statements stay until the transaction is rolled back.
pub async fn insert_all<A>(tx: &Tx, rows: Vec<A>) -> Result<()>
where
    A: ActiveModelTrait + Send + Sync,
{
    let columns = <A::Entity as EntityTrait>::Column::iter().count().max(1);
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let chunk: Vec<A> = rows.by_ref().take(PARAMETERS / columns).collect();
        A::Entity::insert_many(chunk).exec_without_returning(tx).await?;
    }
    Ok(())
}
