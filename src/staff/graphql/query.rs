//! Queries of staff, roles and API keys.

use async_graphql::{Context, Object, Result};
use entity::{RoleId, StaffUserId};

use crate::graphql::context::ContextExt;
use crate::graphql::guard::{Needs, StaffOnly, visible};
use crate::graphql::id::Gid;
use crate::graphql::page::{Connection, Count, Known};
use crate::platform::page::{Page, PageArgs};
use crate::platform::permission::Permission;
use crate::staff::graphql::batch::{RoleKey, StaffUserKey};
use crate::staff::graphql::keys::ApiKeyObject;
use crate::staff::graphql::types::{RoleObject, StaffUserObject};
use crate::staff::page::ListError;
use crate::staff::query;

/// Not by `?`, which would take the cursor's fault for the server's.
fn refused(error: ListError) -> async_graphql::Error {
    match error {
        ListError::Page(error) => error.into(),
        ListError::Fault(fault) => fault.into(),
    }
}

/// Counts members of staff.
struct CountStaff;

#[async_trait::async_trait]
impl Count for CountStaff {
    async fn count(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(query::count_staff_users(&ctx.app().db, ctx.scope()).await?)
    }
}

/// Counts API keys.
struct CountKeys;

#[async_trait::async_trait]
impl Count for CountKeys {
    async fn count(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(query::count_api_keys(&ctx.app().db, ctx.scope()).await?)
    }
}

fn page(ctx: &Context<'_>, first: Option<i32>, after: Option<String>) -> Result<PageArgs> {
    Ok(PageArgs::new(first, after, ctx.scope().viewer.is_staff())?)
}

/// Queries of staff.
#[derive(Default)]
pub struct StaffQuery;

#[Object]
impl StaffQuery {
    /// Members of staff, newest first: all, or those who work in the channel of the request where the viewer's permission
    /// ends there. Staff only: `staff.read`.
    #[graphql(guard = "Needs(Permission::StaffRead)", visible = "visible::staff_read")]
    async fn staff_users(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Members of staff a page, 0 to 250; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor to start behind.")] after: Option<String>,
    ) -> Result<Connection<StaffUserObject>> {
        let args = page(ctx, first, after)?;
        let rows = query::staff_users(&ctx.app().db, ctx.scope(), &args)
            .await
            .map_err(refused)?;
        Ok(Connection::new(rows, StaffUserObject, CountStaff))
    }

    /// A member of staff, or null when there is none that the viewer sees. Staff only: `staff.read`.
    #[graphql(guard = "Needs(Permission::StaffRead)", visible = "visible::staff_read")]
    async fn staff_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: Gid<StaffUserId>,
    ) -> Result<Option<StaffUserObject>> {
        Ok(ctx.batch(StaffUserKey(id.0)).await?.map(StaffUserObject))
    }

    /// The member of staff who asks; null for an API key. Staff only.
    #[graphql(guard = "StaffOnly", visible = "visible::staff")]
    async fn staff_me(&self, ctx: &Context<'_>) -> Result<Option<StaffUserObject>> {
        Ok(match ctx.scope().viewer.staff_user() {
            Some(id) => ctx.batch(StaffUserKey(id)).await?.map(StaffUserObject),
            None => None,
        })
    }

    /// Roles, by name. Staff only: `staff.read`.
    #[graphql(guard = "Needs(Permission::StaffRead)", visible = "visible::staff_read")]
    async fn roles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Roles a page, 0 to 250; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor to start behind.")] after: Option<String>,
    ) -> Result<Connection<RoleObject>> {
        let args = page(ctx, first, after)?;
        let rows = query::roles(&ctx.app().db, ctx.scope()).await?;
        let total = Known(rows.len());
        let page = Page::from_slice(&args, "roles", rows, |role| role.id)?;
        Ok(Connection::new(page, RoleObject, total))
    }

    /// A role, or null when there is none. Staff only: `staff.read`.
    #[graphql(guard = "Needs(Permission::StaffRead)", visible = "visible::staff_read")]
    async fn role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: Gid<RoleId>,
    ) -> Result<Option<RoleObject>> {
        Ok(ctx.batch(RoleKey(id.0)).await?.map(RoleObject))
    }

    /// API keys, newest first, also those that work no more: all, or those of the channel of the request where the viewer's
    /// permission ends there. Staff only: `staff.read`.
    #[graphql(guard = "Needs(Permission::StaffRead)", visible = "visible::staff_read")]
    async fn api_keys(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Keys a page, 0 to 250; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor to start behind.")] after: Option<String>,
    ) -> Result<Connection<ApiKeyObject>> {
        let args = page(ctx, first, after)?;
        let rows = query::api_keys(&ctx.app().db, ctx.scope(), &args)
            .await
            .map_err(refused)?;
        Ok(Connection::new(rows, ApiKeyObject, CountKeys))
    }
}
