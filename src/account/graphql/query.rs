//! Reads of accounts.

use async_graphql::{Context, Object, Result};

use crate::account::graphql::signed_in;
use crate::account::graphql::types::SessionObject;
use crate::account::sessions_of;
use crate::graphql::context::ContextExt;

/// Reads of accounts.
#[derive(Default)]
pub struct AccountQuery;

#[Object]
impl AccountQuery {
    /// The sessions of who asks, the one used last first; a hundred at most. Needs somebody who has signed in.
    async fn sessions(&self, ctx: &Context<'_>) -> Result<Vec<SessionObject>> {
        let (account, _) = signed_in(ctx)?;
        let sessions = sessions_of(ctx.app(), account).await?;
        Ok(sessions.into_iter().map(SessionObject).collect())
    }
}
