//! Reads of accounts.

use async_graphql::{Context, Object, Result};

use crate::account::graphql::signed_in;
use crate::account::graphql::types::{SessionObject, ViewerObject};
use crate::account::{Subject, sessions_of};
use crate::graphql::context::ContextExt;
use crate::platform::viewer::Viewer;

/// Reads of accounts.
#[derive(Default)]
pub struct AccountQuery;

#[Object]
impl AccountQuery {
    /// Who asks; null for who has not signed in, and for programs.
    #[graphql(cache_control(no_cache, private))]
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<ViewerObject>> {
        let subject = match ctx.scope().viewer {
            Viewer::Customer { id, .. } => Subject::Customer(id),
            viewer => match viewer.staff_user() {
                Some(id) => Subject::Staff(id),
                None => return Ok(None),
            },
        };
        ViewerObject::of(ctx, subject).await
    }

    /// The sessions of who asks, the one used last first; a hundred at most. Needs somebody who has signed in.
    #[graphql(cache_control(no_cache, private))]
    async fn sessions(&self, ctx: &Context<'_>) -> Result<Vec<SessionObject>> {
        let (account, _) = signed_in(ctx)?;
        let sessions = sessions_of(ctx.app(), account).await?;
        Ok(sessions.into_iter().map(SessionObject).collect())
    }
}
