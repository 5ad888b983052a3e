//! API keys in the schema.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{ApiKeyId, ChannelId};

use crate::channel::ChannelObject;
use crate::graphql::context::ContextExt;
use crate::graphql::error::{ErrorCode, UserError, Warning};
use crate::graphql::guard::{Needs, visible};
use crate::graphql::id::{Gid, global_id};
use crate::platform::permission::{Permission, Permissions};
use crate::staff::create_api_key::{CreateApiKey, CreateApiKeyError, create_api_key};
use crate::staff::graphql::batch::StaffUserKey;
use crate::staff::graphql::permission::PermissionValue;
use crate::staff::graphql::types::{StaffUserObject, channel_of};
use crate::staff::query::ApiKey;
use crate::staff::revoke_api_key::{RevokeApiKeyError, revoke_api_key};

/// A key for a program.
pub struct ApiKeyObject(pub ApiKey);

/// A key for a program, sent as `Authorization: Bearer merx_sk_…`. It allows what it names, whatever becomes of who made it.
#[Object(name = "ApiKey", visible = "visible::staff", cache_control(no_cache, private))]
impl ApiKeyObject {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        global_id(self.0.id)
    }

    /// What it is for.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The visible beginning of the key. The rest was shown once.
    async fn prefix(&self) -> &str {
        &self.0.prefix
    }

    /// What it allows.
    async fn permissions(&self) -> Vec<PermissionValue> {
        PermissionValue::list(Permissions::of_names(&self.0.permissions.0))
    }

    /// The only channel that it works in; null when it works in every one.
    async fn channel(&self, ctx: &Context<'_>) -> Result<Option<ChannelObject>> {
        channel_of(ctx, self.0.channel_id).await
    }

    /// Who made it; null when it was another key, or somebody whom the viewer does not see.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<StaffUserObject>> {
        Ok(match self.0.created_by {
            Some(id) => ctx.batch(StaffUserKey(id)).await?.map(StaffUserObject),
            None => None,
        })
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// Until when it works; null: until it is revoked.
    async fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.0.expires_at
    }

    /// When it was used last, to the minute.
    async fn last_used_at(&self) -> Option<DateTime<Utc>> {
        self.0.last_used_at
    }

    /// When it was revoked.
    async fn revoked_at(&self) -> Option<DateTime<Utc>> {
        self.0.revoked_at
    }
}

/// A key to make.
#[derive(InputObject)]
pub struct ApiKeyCreateInput {
    /// What it is for.
    name: String,
    /// What it allows; only what the viewer has where it works.
    permissions: Vec<PermissionValue>,
    /// The only channel that it works in; not given: every one.
    channel_id: Option<Gid<ChannelId>>,
    /// Until when it works; not given: until it is revoked.
    expires_at: Option<DateTime<Utc>>,
}

/// A key to revoke.
#[derive(InputObject)]
pub struct ApiKeyRevokeInput {
    /// The key.
    id: Gid<ApiKeyId>,
}

/// Answer of `apiKeyCreate`.
#[derive(SimpleObject)]
pub struct ApiKeyCreatePayload {
    /// The new key; null on errors.
    api_key: Option<ApiKeyObject>,
    /// The key itself. It is shown this once: keep it where programs keep secrets.
    secret: Option<String>,
    /// Why nothing was made: INVALID_INPUT, NOT_FOUND, PERMISSION_MISSING.
    errors: Vec<UserError>,
    /// What was done differently from what was asked.
    warnings: Vec<Warning>,
}

/// Answer of `apiKeyRevoke`.
#[derive(SimpleObject)]
pub struct ApiKeyRevokePayload {
    /// The key, which works no more; null on errors.
    api_key: Option<ApiKeyObject>,
    /// Why nothing was revoked: NOT_FOUND, PERMISSION_MISSING.
    errors: Vec<UserError>,
    /// What was done differently from what was asked.
    warnings: Vec<Warning>,
}

/// Changes of API keys.
#[derive(Default)]
pub struct ApiKeyMutation;

#[Object]
impl ApiKeyMutation {
    /// Makes a key for a program. It can allow only what the viewer has. Staff only: `api_keys.write`.
    #[graphql(guard = "Needs(Permission::ApiKeysWrite)", visible = "visible::api_keys_write")]
    async fn api_key_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key.")] input: ApiKeyCreateInput,
    ) -> Result<ApiKeyCreatePayload> {
        let command = CreateApiKey {
            name: input.name,
            permissions: PermissionValue::set(&input.permissions),
            channel: input.channel_id.map(|id| id.0),
            expires_at: input.expires_at,
        };
        let error = match Box::pin(create_api_key(ctx.app(), ctx.scope(), &ctx.actor(), command)).await {
            Ok(made) => {
                return Ok(ApiKeyCreatePayload {
                    api_key: Some(ApiKeyObject(made.row)),
                    secret: Some(made.secret),
                    errors: Vec::new(),
                    warnings: Vec::new(),
                });
            }
            Err(CreateApiKeyError::Fault(fault)) => return Err(fault.into()),
            Err(error @ CreateApiKeyError::Name) => UserError::invalid(error.message(), &["name"]),
            Err(error @ CreateApiKeyError::NoPermissions) => UserError::invalid(error.message(), &["permissions"]),
            Err(error @ CreateApiKeyError::Expired) => UserError::invalid(error.message(), &["expiresAt"]),
            Err(error @ CreateApiKeyError::NoChannel) => UserError::not_found(error.message(), &["channelId"]),
            Err(error @ CreateApiKeyError::OutOfReach(_)) => {
                UserError::new(ErrorCode::PermissionMissing, error.message(), &["permissions"])
            }
        };
        Ok(ApiKeyCreatePayload {
            api_key: None,
            secret: None,
            errors: vec![error],
            warnings: Vec::new(),
        })
    }

    /// Ends an API key at once. Nobody can end a key that allows more than they may do. Staff only: `api_keys.write`.
    #[graphql(guard = "Needs(Permission::ApiKeysWrite)", visible = "visible::api_keys_write")]
    async fn api_key_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: ApiKeyRevokeInput,
    ) -> Result<ApiKeyRevokePayload> {
        let (api_key, errors) = match Box::pin(revoke_api_key(ctx.app(), ctx.scope(), &ctx.actor(), input.id.0)).await {
            Ok(row) => (Some(ApiKeyObject(row)), Vec::new()),
            Err(RevokeApiKeyError::Fault(fault)) => return Err(fault.into()),
            Err(error @ RevokeApiKeyError::NotFound) => (None, vec![UserError::not_found(error.message(), &["id"])]),
            Err(error @ RevokeApiKeyError::OutOfReach(_)) => {
                let error = UserError::new(ErrorCode::PermissionMissing, error.message(), &["id"]);
                (None, vec![error])
            }
        };
        Ok(ApiKeyRevokePayload {
            api_key,
            errors,
            warnings: Vec::new(),
        })
    }
}
