//! The inbox in the schema.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use entity::GatewayEventId;
use entity::payment::gateway_event::EventOutcome;

use crate::graphql::context::ContextExt;
use crate::graphql::error::{UserError, Warning};
use crate::graphql::guard::{Needs, visible};
use crate::graphql::id::{Gid, global_id};
use crate::graphql::page::{Connection, Count};
use crate::payment::inbox::query::{count, list};
use crate::payment::inbox::{EventFilter, GatewayEvent, ListError, ReplayError, replay_by_staff};
use crate::platform::page::PageArgs;
use crate::platform::permission::Permission;

/// What became of something that a gateway told.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "EventOutcome")]
pub enum GatewayEventOutcome {
    /// It was received, nothing more.
    Waiting,
    /// The object was read again, and what it says is in our books.
    Applied,
    /// It is of a kind that needs nothing from us.
    Ignored,
    /// It is about an object that is none of ours.
    Unmatched,
}

/// Something that a gateway told by itself.
pub struct GatewayEventObject(GatewayEvent);

/// Something that a gateway told by itself.
#[Object(name = "GatewayEvent", cache_control(no_cache, private))]
impl GatewayEventObject {
    /// Global id.
    async fn id(&self) -> ID {
        global_id(self.0.id)
    }

    /// Name of the gateway.
    async fn gateway(&self) -> &str {
        &self.0.gateway
    }

    /// Its id at the gateway.
    async fn event_id(&self) -> &str {
        &self.0.event_id
    }

    /// Such as `payment_intent.succeeded`.
    #[graphql(name = "type")]
    async fn kind(&self) -> &str {
        &self.0.kind
    }

    /// What it is about, by its id at the gateway.
    async fn object(&self) -> Option<&str> {
        self.0.object.as_deref()
    }

    /// What became of it.
    async fn outcome(&self) -> GatewayEventOutcome {
        self.0.outcome.into()
    }

    /// Why the last attempt failed; it is tried again.
    async fn failure(&self) -> Option<&str> {
        self.0.failure.as_deref()
    }

    /// When it came.
    async fn received_at(&self) -> DateTime<Utc> {
        self.0.received_at
    }

    /// When it was dealt with.
    async fn processed_at(&self) -> Option<DateTime<Utc>> {
        self.0.processed_at
    }
}

/// A filter of what gateways told. All that is given must hold.
#[derive(InputObject, Clone, Debug, Default)]
pub struct GatewayEventWhere {
    /// Of this gateway.
    gateway: Option<String>,
    /// With this outcome.
    outcome: Option<GatewayEventOutcome>,
    /// Not before.
    since: Option<DateTime<Utc>>,
}

/// An event to deal with again.
#[derive(InputObject)]
pub struct GatewayEventReplayInput {
    /// The event.
    id: Gid<GatewayEventId>,
}

/// Answer of `gatewayEventReplay`.
#[derive(SimpleObject)]
pub struct GatewayEventReplayPayload {
    /// The event, waiting; null on errors.
    gateway_event: Option<GatewayEventObject>,
    /// Why nothing is done again: NOT_FOUND, INVALID_INPUT.
    errors: Vec<UserError>,
    /// What was done differently from what was asked.
    warnings: Vec<Warning>,
}

struct Events(EventFilter);

#[async_trait::async_trait]
impl Count for Events {
    async fn count(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(count(&ctx.app().db, &self.0).await?)
    }
}

/// Queries of the inbox.
#[derive(Default)]
pub struct InboxQuery;

#[Object]
impl InboxQuery {
    /// What gateways told by themselves, newest first; kept for 90 days. Staff only: `payments.reconcile`.
    #[graphql(
        guard = "Needs(Permission::PaymentsReconcile)",
        visible = "visible::payments_reconcile",
        cache_control(no_cache, private)
    )]
    async fn gateway_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.", name = "where")] filter: Option<GatewayEventWhere>,
        #[graphql(desc = "Events a page, 0 to 250; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor to start behind.")] after: Option<String>,
    ) -> Result<Connection<GatewayEventObject>> {
        ctx.everywhere(Permission::PaymentsReconcile)?;
        let args = PageArgs::new(first, after, true)?;
        let filter = filter.unwrap_or_default();
        let filter = EventFilter {
            gateway: filter.gateway,
            outcome: filter.outcome.map(Into::into),
            since: filter.since,
        };
        let page = match list(&ctx.app().db, &filter, &args).await {
            Ok(page) => page,
            Err(ListError::Page(error)) => return Err(error.into()),
            Err(ListError::Fault(fault)) => return Err(fault.into()),
        };
        Ok(Connection::new(page, GatewayEventObject, Events(filter)))
    }
}

/// Changes of the inbox.
#[derive(Default)]
pub struct InboxMutation;

#[Object]
impl InboxMutation {
    /// Has an event dealt with again: the object that it names is read at the gateway as it is now. Staff only:
    /// `payments.reconcile`.
    #[graphql(
        guard = "Needs(Permission::PaymentsReconcile)",
        visible = "visible::payments_reconcile"
    )]
    async fn gateway_event_replay(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The event.")] input: GatewayEventReplayInput,
    ) -> Result<GatewayEventReplayPayload> {
        ctx.everywhere(Permission::PaymentsReconcile)?;
        let (event, errors) = match Box::pin(replay_by_staff(ctx.app(), &ctx.actor(), input.id.0)).await {
            Ok(event) => (Some(GatewayEventObject(event)), Vec::new()),
            Err(ReplayError::Fault(fault)) => return Err(fault.into()),
            Err(error @ ReplayError::NotFound) => (None, vec![UserError::not_found(error.message(), &["id"])]),
            Err(error @ ReplayError::Ignored) => (None, vec![UserError::invalid(error.message(), &["id"])]),
        };
        Ok(GatewayEventReplayPayload {
            gateway_event: event,
            errors,
            warnings: Vec::new(),
        })
    }
}
