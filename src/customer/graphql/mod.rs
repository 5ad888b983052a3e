//! Customers in the schema.

mod address;
mod batch;
mod input;
mod mutation;
mod payload;
mod query;
mod types;

use async_graphql::{Context, Error, Result};
use entity::{CustomerId, SessionId};

use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::platform::rate_limit::Throttled;
use crate::platform::viewer::Viewer;

pub use batch::CustomerKey;
pub use mutation::{CustomerAddressMutation, CustomerMutation};
pub use payload::CustomerRequestPayload;
pub use query::CustomerQuery;
pub use types::CustomerObject;

/// The customer who asks, and the session.
pub(crate) fn signed_in(ctx: &Context<'_>) -> Result<(CustomerId, SessionId)> {
    match ctx.scope().viewer {
        Viewer::Customer { id, session } => Ok((id, session)),
        _ => Err(ApiError::Unauthenticated.into()),
    }
}

/// Too many attempts, as clients see it.
pub(crate) fn throttled(throttled: &Throttled) -> Error {
    ApiError::RateLimited(throttled.retry_after_seconds()).into()
}
