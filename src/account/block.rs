//! An account is closed to its owner, or opened again.

use chrono::{DateTime, Utc};
use entity::account::account::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::account::session::{EndReason, end_sessions};
use crate::app::App;
use crate::platform::db::Tx;
use crate::platform::error::Result;

/// Lets nobody sign in with `account` any more, and ends its sessions.
///
/// # Errors
/// Those of the database.
pub(crate) async fn block(tx: &Tx, app: &App, account: Uuid) -> Result<()> {
    set(tx, account, Some(app.clock.now())).await?;
    end_sessions(tx, app, account, EndReason::AccountClosed, None).await?;
    Ok(())
}

/// Lets its owner sign in with `account` again. Sessions that ended stay ended.
///
/// # Errors
/// Those of the database.
pub(crate) async fn unblock(tx: &Tx, account: Uuid) -> Result<()> {
    set(tx, account, None).await
}

async fn set(tx: &Tx, account: Uuid, since: Option<DateTime<Utc>>) -> Result<()> {
    account::Entity::update_many()
        .col_expr(Column::BlockedAt, Expr::value(since))
        .filter(Column::Id.eq(account))
        .exec(tx)
        .await?;
    Ok(())
}
