//! Who may use a field.

use async_graphql::{Context, Guard, Result};

use crate::channel::Scope;
use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::platform::viewer::Audience;

/// Only staff.
pub struct StaffOnly;

impl Guard for StaffOnly {
    async fn check(&self, ctx: &Context<'_>) -> Result<()> {
        if ctx.scope().viewer.is_staff() {
            Ok(())
        } else {
            Err(ApiError::Unauthenticated.into())
        }
    }
}

/// Hides a staff field from others: from their introspection, and through the [visibility](super::visibility) that is
/// read from introspection from their documents too. A field that is guarded says both.
pub fn visible_to_staff(ctx: &Context<'_>) -> bool {
    let viewer = || ctx.data_opt::<Scope>().map(|scope| scope.viewer.audience());
    ctx.data_opt::<Audience>().copied().or_else(viewer) == Some(Audience::Staff)
}
