//! Staff keeps a customer out, and lets them in again.

use entity::{CustomerId, TypedId};
use sea_orm::DbErr;
use serde_json::json;

use crate::account::{self, account_by_id};
use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::channel::Scope;
use crate::customer::query::{Customer, customers_by_ids};
use crate::platform::error::Fault;
use crate::platform::locale::{Message, message};

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum BlockError {
    /// No such customer, or not for the viewer.
    NotFound,
    /// They have no account that could be blocked.
    NoAccount,
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl BlockError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::NotFound => message!("customer-not-found"),
            Self::NoAccount => message!("customer-without-account"),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<DbErr> for BlockError {
    fn from(error: DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Keeps a customer from signing in, and shows them out everywhere.
///
/// # Errors
/// See [`BlockError`].
pub async fn block(app: &App, scope: &Scope, actor: &Actor, customer: CustomerId) -> Result<Customer, BlockError> {
    set_blocked(app, scope, actor, customer, true).await
}

/// Lets a customer sign in again.
///
/// # Errors
/// See [`BlockError`].
pub async fn unblock(app: &App, scope: &Scope, actor: &Actor, customer: CustomerId) -> Result<Customer, BlockError> {
    set_blocked(app, scope, actor, customer, false).await
}

async fn set_blocked(
    app: &App,
    scope: &Scope,
    actor: &Actor,
    id: CustomerId,
    blocked: bool,
) -> Result<Customer, BlockError> {
    let tx = app.db.begin().await?;
    let customer = customers_by_ids(&tx, scope, &[id]).await?.remove(&id);
    let customer = customer.ok_or(BlockError::NotFound)?;
    let account = account_by_id(&tx, id.uuid()).await?.ok_or(BlockError::NoAccount)?;
    let before = account.blocked_at.is_some();
    if before != blocked {
        if blocked {
            account::block(&tx, app, account.id).await?;
        } else {
            account::unblock(&tx, account.id).await?;
        }
        let action = if blocked { "customerBlock" } else { "customerUnblock" };
        let entry = Entry::new(action, "Customer", id)
            .before(&json!({ "blocked": before }))?
            .after(&json!({ "blocked": blocked }))?;
        audit::record(&tx, app, actor, entry).await?;
    }
    tx.commit().await?;
    Ok(customer)
}
