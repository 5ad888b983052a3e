//! The audit log in the schema.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use chrono::{DateTime, Utc};
use entity::{AnyId, ApiKeyId, CustomerId, StaffUserId, TypedId};

use crate::audit::query::{self, AuditEntry, AuditFilter, ListError};
use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::graphql::guard::{Needs, visible};
use crate::graphql::id::global_id;
use crate::graphql::page::{Connection, Count};
use crate::platform::error::Fault;
use crate::platform::locale::message;
use crate::platform::page::PageArgs;
use crate::platform::permission::Permission;

/// The kind of whoever did something.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditActorKind {
    /// A member of staff.
    Staff,
    /// A program with an API key.
    ApiKey,
    /// A customer.
    Customer,
    /// Somebody who had not signed in.
    Anonymous,
    /// Merx itself.
    System,
}

/// What somebody did to something.
pub struct AuditEntryObject(AuditEntry);

impl AuditEntryObject {
    fn kind(&self) -> Result<AuditActorKind, Fault> {
        Ok(match self.0.actor_kind.as_str() {
            "staff" => AuditActorKind::Staff,
            "api_key" => AuditActorKind::ApiKey,
            "customer" => AuditActorKind::Customer,
            "anonymous" => AuditActorKind::Anonymous,
            "system" => AuditActorKind::System,
            _ => return Err(Fault::Invariant("an actor of an unknown kind")),
        })
    }
}

/// What somebody did to something.
#[Object(name = "AuditEntry", cache_control(no_cache, private))]
impl AuditEntryObject {
    /// Global id.
    async fn id(&self) -> ID {
        global_id(self.0.id)
    }

    /// When.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// The kind of whoever did it.
    async fn actor_kind(&self) -> Result<AuditActorKind> {
        Ok(self.kind()?)
    }

    /// Global id of whoever did it; null when nobody had signed in, or Merx did it itself.
    async fn actor_id(&self) -> Result<Option<ID>> {
        let Some(id) = self.0.actor_id else { return Ok(None) };
        Ok(match self.kind()? {
            AuditActorKind::Staff => Some(global_id(StaffUserId::from_uuid(id))),
            AuditActorKind::ApiKey => Some(global_id(ApiKeyId::from_uuid(id))),
            AuditActorKind::Customer => Some(global_id(CustomerId::from_uuid(id))),
            AuditActorKind::Anonymous | AuditActorKind::System => None,
        })
    }

    /// What whoever did it was called on the day: e-mail address of a member of staff, name of an API key.
    async fn actor_name(&self) -> &str {
        &self.0.actor_name
    }

    /// The mutation, for example `productUpdate`.
    async fn action(&self) -> &str {
        &self.0.action
    }

    /// The type of the thing, for example `Product`.
    async fn entity_type(&self) -> &str {
        &self.0.entity_type
    }

    /// Global id of the thing.
    async fn entity_id(&self) -> ID {
        ID(self.0.entity_id.clone())
    }

    /// The fields that changed, as they were; null when the thing is new. Secrets and personal data are `***`.
    async fn before(&self) -> Option<&serde_json::Value> {
        self.0.before.as_ref()
    }

    /// The fields that changed, as they are; null when the thing is gone. Secrets and personal data are `***`.
    async fn after(&self) -> Option<&serde_json::Value> {
        self.0.after.as_ref()
    }

    /// Names the request in the logs of the server: the `X-Request-Id` of its answer.
    async fn request_id(&self) -> &str {
        &self.0.request_id
    }

    /// Global id of the channel of the request; null for commands and jobs.
    async fn channel_id(&self) -> Option<ID> {
        self.0.channel_id.map(global_id)
    }
}

/// A filter of the audit log. All that is given must hold.
#[derive(InputObject, Clone, Debug, Default)]
pub struct AuditEntryWhere {
    /// Global id of a member of staff, an API key or a customer.
    actor: Option<ID>,
    /// The mutation, for example `productUpdate`.
    action: Option<String>,
    /// The type of the thing, for example `Product`.
    entity_type: Option<String>,
    /// Global id of the thing.
    entity_id: Option<ID>,
    /// Not before.
    since: Option<DateTime<Utc>>,
    /// Before.
    until: Option<DateTime<Utc>>,
}

impl AuditEntryWhere {
    fn filter(self) -> Result<AuditFilter, ApiError> {
        let malformed = || {
            let reason = message!("id-malformed");
            ApiError::bad_input(message!("at", place = "where.actor", reason = reason))
        };
        let actor = match self.actor {
            None => None,
            Some(id) => {
                let any: AnyId = id.parse().map_err(|_| malformed())?;
                let known = [StaffUserId::PREFIX, ApiKeyId::PREFIX, CustomerId::PREFIX];
                Some(
                    known
                        .contains(&any.prefix.as_str())
                        .then_some(any.uuid)
                        .ok_or_else(malformed)?,
                )
            }
        };
        Ok(AuditFilter {
            actor,
            action: self.action,
            entity_type: self.entity_type,
            entity_id: self.entity_id.map(|id| id.0),
            since: self.since,
            until: self.until,
        })
    }
}

struct Entries(AuditFilter);

#[async_trait::async_trait]
impl Count for Entries {
    async fn count(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(query::count(&ctx.app().db, ctx.scope(), &self.0).await?)
    }
}

/// Queries of the audit log.
#[derive(Default)]
pub struct AuditQuery;

#[Object]
impl AuditQuery {
    /// What staff did, newest first: with the permission for one channel what was done there. Staff only: `audit.read`.
    #[graphql(
        guard = "Needs(Permission::AuditRead)",
        visible = "visible::audit_read",
        cache_control(no_cache, private)
    )]
    async fn audit_entries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.", name = "where")] filter: Option<AuditEntryWhere>,
        #[graphql(desc = "Entries a page, 0 to 250; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor to start behind.")] after: Option<String>,
    ) -> Result<Connection<AuditEntryObject>> {
        let args = PageArgs::new(first, after, ctx.scope().viewer.is_staff())?;
        let filter = filter.unwrap_or_default().filter()?;
        let page = match query::list(&ctx.app().db, ctx.scope(), &filter, &args).await {
            Ok(page) => page,
            Err(ListError::Page(error)) => return Err(error.into()),
            Err(ListError::Fault(fault)) => return Err(fault.into()),
        };
        Ok(Connection::new(page, AuditEntryObject, Entries(filter)))
    }
}
