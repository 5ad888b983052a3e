//! An account goes.

use entity::account::account;
use sea_orm::EntityTrait;
use uuid::Uuid;

use crate::account::session::{EndReason, end_sessions};
use crate::app::App;
use crate::platform::db::Tx;
use crate::platform::error::Result;

/// Deletes an account. Sessions, secrets, codes and identities go along.
///
/// # Errors
/// Those of the database.
pub(crate) async fn delete_account(tx: &Tx, app: &App, account: Uuid) -> Result<()> {
    // For their access tokens, which are not in the database.
    end_sessions(tx, app, account, EndReason::AccountClosed, None).await?;
    account::Entity::delete_by_id(account).exec(tx).await?;
    Ok(())
}
