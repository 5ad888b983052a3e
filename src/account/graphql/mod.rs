//! Accounts in the schema.

mod external;
mod input;
mod mfa;
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

pub use external::{ExternalMutation, ExternalQuery};
pub use mfa::{MfaMutation, MfaQuery};
pub use mutation::AccountMutation;
pub use query::AccountQuery;
pub use types::SessionObject;

/// The account and the session of who asks.
fn signed_in(ctx: &Context<'_>) -> Result<(Uuid, SessionId)> {
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
fn throttled(throttled: &Throttled) -> Error {
    ApiError::RateLimited(throttled.retry_after_seconds()).into()
}
