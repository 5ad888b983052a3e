//! Who may use a field.

use async_graphql::{Context, Guard, Result};

use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;

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

/// Hides a staff field from the introspection of others.
pub fn visible_to_staff(ctx: &Context<'_>) -> bool {
    ctx.data_opt::<crate::channel::Scope>()
        .is_none_or(|scope| scope.viewer.is_staff())
}
