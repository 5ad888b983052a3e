//! Accounts in the schema.

mod input;
mod mutation;
mod payload;
mod query;
mod types;

use async_graphql::{Context, Error, Result};
use entity::{SessionId, TypedId};
use uuid::Uuid;

use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::platform::rate_limit::Throttled;
use crate::platform::viewer::{Staff, Viewer, Who};

pub(super) use input::{AccountKind as AccountKindValue, TokenTransport};
pub use mutation::AccountMutation;
pub(super) use mutation::{check_transport, hand_over};
pub(super) use payload::SessionPayload;
pub use query::AccountQuery;
pub use types::SessionObject;

/// The account and the session of who asks.
pub(super) fn signed_in(ctx: &Context<'_>) -> Result<(Uuid, SessionId)> {
    match ctx.scope().viewer {
        Viewer::Customer { id, session } => Ok((id.uuid(), session)),
        Viewer::Staff(Staff {
            who: Who::User { id, session },
            ..
        }) => Ok((id.uuid(), session)),
        _ => Err(ApiError::Unauthenticated.into()),
    }
}

/// Too many attempts, as clients see it.
pub(super) fn throttled(throttled: &Throttled) -> Error {
    ApiError::RateLimited(throttled.retry_after_seconds()).into()
}
