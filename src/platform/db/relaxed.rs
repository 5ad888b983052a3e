//! Commits that need not be on the disk before they are acknowledged.

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, SimpleExpr};

use crate::platform::db::Backend;

/// The condition of [`relaxed`] on PostgreSQL, for statements that are written by hand.
pub const RELAXED: &str = "set_config('synchronous_commit', 'off', true) = 'off'";

/// A condition that always holds. Where it filters the rows that a statement writes outside a transaction, PostgreSQL
/// acknowledges the commit before its log is on the disk. When the machine dies right then, the rows may be as they were
/// before; with any later commit that is on the disk these are there too. For what may be lost only.
pub fn relaxed(db: &impl ConnectionTrait) -> SimpleExpr {
    match Backend::of(db) {
        Backend::Postgres => Expr::cust(RELAXED),
        Backend::Sqlite => Expr::cust("1 = 1"),
    }
}
