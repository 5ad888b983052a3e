//! Sessions as clients see them.

use async_graphql::{Context, ID, Object, Result, Union};
use chrono::{DateTime, Utc};

use crate::account::{Session, Subject};
use crate::customer::{CustomerObject, customer_by_id};
use crate::graphql::context::ContextExt;
use crate::graphql::id::global_id;
use crate::staff::{StaffUserObject, staff_user_by_id};

/// A sign-in that goes on.
pub struct SessionObject(pub Session);

/// A sign-in that goes on.
#[Object(name = "Session")]
impl SessionObject {
    /// Global id.
    async fn id(&self) -> ID {
        global_id(self.0.id)
    }

    /// When it began.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was refreshed last, or began.
    async fn last_used_at(&self) -> DateTime<Utc> {
        self.0.last_used_at
    }

    /// When it ends, used or not.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
    }

    /// What the client calls itself.
    async fn user_agent(&self) -> Option<&str> {
        self.0.user_agent.as_deref()
    }

    /// The address it was used from last; the network, where that is IPv6.
    async fn address(&self) -> Option<&str> {
        self.0.address.as_deref()
    }

    /// Whether it is the one that asks.
    async fn current(&self, ctx: &Context<'_>) -> bool {
        ctx.scope().viewer.session() == Some(self.0.id)
    }
}

/// Who has signed in.
#[derive(Union)]
#[graphql(name = "Viewer")]
pub enum ViewerObject {
    /// A customer.
    Customer(CustomerObject),
    /// A member of staff.
    StaffUser(StaffUserObject),
}

impl ViewerObject {
    /// Who signed in with the account of `subject`.
    pub(super) async fn of(ctx: &Context<'_>, subject: Subject) -> Result<Option<Self>> {
        let db = &ctx.app().db;
        Ok(match subject {
            Subject::Customer(id) => customer_by_id(db, id)
                .await?
                .map(|row| Self::Customer(CustomerObject(row))),
            Subject::Staff(id) => staff_user_by_id(db, id)
                .await?
                .map(|row| Self::StaffUser(StaffUserObject(row))),
        })
    }
}
