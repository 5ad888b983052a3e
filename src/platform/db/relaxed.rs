//! Commits that need not be on the disk before they are acknowledged.

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, SimpleExpr};

use crate::platform::db::Backend;

/// A condition that always holds. Where it filters the one row that a statement writes outside a transaction, PostgreSQL
/// acknowledges the commit before its log is on the disk. When the machine dies right then, the row may be as it was
/// before; with any later commit that is on the disk this one is there too. For what may be lost only.
pub fn relaxed(db: &impl ConnectionTrait) -> SimpleExpr {
    match Backend::of(db) {
        Backend::Postgres => Expr::cust("set_config('synchronous_commit', 'off', true) = 'off'"),
        Backend::Sqlite => Expr::cust("1 = 1"),
    }
}
