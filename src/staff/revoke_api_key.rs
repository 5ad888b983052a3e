//! A key is ended: it works no more, and stays in the list.

use entity::ApiKeyId;
use entity::staff::api_key;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::channel::Scope;
use crate::platform::error::{Fault, Result};
use crate::platform::locale::{Message, message};
use crate::platform::permission::Permissions;
use crate::staff::query::{ApiKey, keys};
use crate::staff::reach::{OutOfReach, may_grant};

/// Why a key was not revoked.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum RevokeApiKeyError {
    /// There is no such key.
    NotFound,
    /// It may do more than the viewer.
    OutOfReach(#[from] OutOfReach),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl RevokeApiKeyError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::NotFound => message!("api-key-not-found"),
            Self::OutOfReach(error) => error.message(),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<sea_orm::DbErr> for RevokeApiKeyError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Ends a key. One that has ended stays as it is.
///
/// # Errors
/// See [`RevokeApiKeyError`]; nothing is changed then.
pub async fn revoke_api_key(
    app: &App,
    scope: &Scope,
    actor: &Actor,
    id: ApiKeyId,
) -> Result<ApiKey, RevokeApiKeyError> {
    let tx = app.db.begin().await?;
    let mut row = keys(scope)
        .filter(api_key::Column::Id.eq(id))
        .one(&tx)
        .await?
        .ok_or(RevokeApiKeyError::NotFound)?;
    may_grant(scope, Permissions::of_names(&row.permissions.0), row.channel_id)?;
    if row.revoked_at.is_none() {
        let now = app.clock.now();
        api_key::Entity::update_many()
            .col_expr(api_key::Column::RevokedAt, Expr::value(now))
            .filter(api_key::Column::Id.eq(id))
            .filter(api_key::Column::RevokedAt.is_null())
            .exec(&tx)
            .await?;
        row.revoked_at = Some(now);
        let entry = Entry::new("apiKeyRevoke", "ApiKey", id)
            .before(&json!({ "revoked": false }))?
            .after(&json!({ "revoked": true }))?;
        audit::record(&tx, app, actor, entry).await?;
    }
    tx.commit().await?;
    app.staff.clear();
    Ok(row)
}
