//! A password is set.

use entity::account::account::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::account::one_time::{Purpose, end_secrets};
use crate::app::App;
use crate::platform::db::Tx;
use crate::platform::error::Result;

/// Gives `account` the password of `hash`. Links that would set another one no longer work, nor those that would move the
/// account to another address: whoever asked for them may be why the password is set.
///
/// # Errors
/// Those of the database.
pub(crate) async fn set_password(tx: &Tx, app: &App, account: Uuid, hash: String) -> Result<()> {
    account::Entity::update_many()
        .col_expr(Column::PasswordHash, Expr::value(hash))
        .col_expr(Column::PasswordChangedAt, Expr::value(app.clock.now()))
        .filter(Column::Id.eq(account))
        .exec(tx)
        .await?;
    end_secrets(tx, account, Purpose::ResetPassword).await?;
    end_secrets(tx, account, Purpose::ChangeEmail).await
}

/// Keeps the same password under newer parameters, unless it was changed meanwhile.
///
/// # Errors
/// Those of the database.
pub(super) async fn rehash(app: &App, account: Uuid, old: &str, new: String) -> Result<()> {
    let tx = app.db.begin().await?;
    account::Entity::update_many()
        .col_expr(Column::PasswordHash, Expr::value(new))
        .filter(Column::Id.eq(account))
        .filter(Column::PasswordHash.eq(old))
        .exec(&tx)
        .await?;
    Ok(tx.commit().await?)
}
