//! A key for a program. It is shown once and stored by its hash.

use chrono::{DateTime, Utc};
use entity::ChannelId;
use entity::staff::api_key;
use entity::staff::staff_role::PermissionNames;
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde_json::json;

use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::channel::Scope;
use crate::platform::error::{Fault, Result};
use crate::platform::locale::{Message, message};
use crate::platform::permission::Permissions;
use crate::platform::text::sha256_hex;
use crate::staff::access::KEY_PREFIX;
use crate::staff::query::ApiKey;
use crate::staff::reach::{OutOfReach, may_grant};

/// Longest name in characters.
const NAME_MAX: usize = 100;
/// Characters of a key that stay visible: how it begins and six of its own, so that people can tell keys apart.
const VISIBLE: usize = KEY_PREFIX.len() + 6;

/// A key to be made.
#[derive(Clone, Debug)]
pub struct CreateApiKey {
    /// What it is for.
    pub name: String,
    /// What it allows; at most what the viewer has.
    pub permissions: Permissions,
    /// The only channel that it works in; none: in every channel.
    pub channel: Option<ChannelId>,
    /// Until when it works; none: until it is revoked.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A key that was made.
pub struct CreatedApiKey {
    /// What is known of it from now on.
    pub row: ApiKey,
    /// The key itself. It is nowhere else.
    pub secret: String,
}

/// Why no key was made.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum CreateApiKeyError {
    /// The name is empty or too long.
    Name,
    /// It would allow nothing.
    NoPermissions,
    /// It would have ended already.
    Expired,
    /// There is no such channel.
    NoChannel,
    /// It would allow more than the viewer may.
    OutOfReach(#[from] OutOfReach),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl CreateApiKeyError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::Name => message!("name-length", max = NAME_MAX),
            Self::NoPermissions => message!("permissions-empty"),
            Self::Expired => message!("time-past"),
            Self::NoChannel => message!("channel-not-found"),
            Self::OutOfReach(error) => error.message(),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<sea_orm::DbErr> for CreateApiKeyError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Makes a key. The viewer has everything that it allows.
///
/// # Errors
/// See [`CreateApiKeyError`]; nothing is made then.
pub async fn create_api_key(
    app: &App,
    scope: &Scope,
    actor: &Actor,
    command: CreateApiKey,
) -> Result<CreatedApiKey, CreateApiKeyError> {
    let now = app.clock.now();
    let name = command.name.trim();
    if name.is_empty() || name.chars().count() > NAME_MAX {
        return Err(CreateApiKeyError::Name);
    }
    if command.permissions == Permissions::NONE {
        return Err(CreateApiKeyError::NoPermissions);
    }
    if command.expires_at.is_some_and(|end| end <= now) {
        return Err(CreateApiKeyError::Expired);
    }
    if let Some(channel) = command.channel
        && app.channels.by_id(&app.db, channel).await?.is_none()
    {
        return Err(CreateApiKeyError::NoChannel);
    }
    may_grant(scope, command.permissions, command.channel)?;
    let secret = format!("{KEY_PREFIX}{}", app.ids.secret());
    let row = api_key::Model {
        id: app.ids.new_id(),
        name: name.to_owned(),
        prefix: secret.chars().take(VISIBLE).collect(),
        hash: sha256_hex(&secret),
        permissions: PermissionNames(command.permissions.names().into_iter().map(str::to_owned).collect()),
        channel_id: command.channel,
        created_by: scope.viewer.staff_user(),
        created_at: now,
        expires_at: command.expires_at,
        last_used_at: None,
        revoked_at: None,
    };
    let tx = app.db.begin().await?;
    let row = row.into_active_model().insert(&tx).await?;
    let entry = Entry::new("apiKeyCreate", "ApiKey", row.id).after(&json!({
        "name": row.name,
        "prefix": row.prefix,
        "permissions": row.permissions.0,
        "channel": row.channel_id,
        "expiresAt": row.expires_at,
    }))?;
    audit::record(&tx, app, actor, entry).await?;
    tx.commit().await?;
    Ok(CreatedApiKey { row, secret })
}
