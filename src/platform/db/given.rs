//! Rows of the caller as a table to join with.

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{ArrayType, Asterisk, Expr, Func, Query, SelectStatement, Value, ValueTuple};

use crate::platform::db::Backend;
use crate::platform::db::later::array;

/// Names of the columns of [`given`].
pub(crate) const GIVEN: [&str; 4] = ["column1", "column2", "column3", "column4"];

/// `rows` as a table with the columns [`GIVEN`], each of its type. On PostgreSQL they are arrays: one prepared statement
/// whatever their number.
pub(crate) fn given<const N: usize>(
    db: &impl ConnectionTrait,
    types: [ArrayType; N],
    rows: Vec<[Value; N]>,
) -> SelectStatement {
    const { assert!(N <= GIVEN.len(), "more columns than have names") };
    let mut select = Query::select();
    match Backend::of(db) {
        Backend::Postgres => {
            for (n, (kind, name)) in types.into_iter().zip(GIVEN).enumerate() {
                let column = rows.iter().filter_map(|row| row.get(n).cloned());
                let values = Expr::val(array(kind, column));
                select.expr_as(Func::cust("UNNEST").arg(values), name);
            }
        }
        Backend::Sqlite => {
            let rows = rows.into_iter().map(|row| ValueTuple::Many(row.into()));
            select.column(Asterisk).from_values(rows, "given");
        }
    }
    select
}
