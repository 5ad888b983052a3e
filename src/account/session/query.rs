//! Reads of sessions.

use entity::account::account::{self, AccountKind};
use entity::account::session::{self, Column};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::account::session::Lifetime;
use crate::app::App;
use crate::platform::address::ClientAddress;
use crate::platform::error::Result;

/// A sign-in that goes on.
pub type Session = session::Model;

/// Sessions that are listed at most.
pub const LISTED_MAX: u64 = 100;

/// The sessions of `account` that go on, the one used last first; a hundred at most.
///
/// # Errors
/// Those of the database.
pub async fn sessions_of(app: &App, account: Uuid) -> Result<Vec<Session>> {
    let now = app.clock.now();
    let sessions = session::Entity::find()
        .filter(Column::AccountId.eq(account))
        .filter(Column::RevokedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .order_by_desc(Column::LastUsedAt)
        .order_by_desc(Column::Id)
        .limit(LISTED_MAX)
        .all(&app.db)
        .await?;
    let used = |session: &Session| now < session.last_used_at + Lifetime::of(session.kind).idle;
    Ok(sessions.into_iter().filter(used).collect())
}

/// Whether somebody has signed in to the account of this kind and address from `client` before.
///
/// # Errors
/// Those of the database.
pub(crate) async fn is_known_address(
    app: &App,
    kind: AccountKind,
    email: &str,
    client: &ClientAddress,
) -> Result<bool> {
    let id = account::Entity::find()
        .select_only()
        .column(account::Column::Id)
        .filter(account::Column::Kind.eq(kind))
        .filter(account::Column::Email.eq(email))
        .into_tuple::<Uuid>()
        .one(&app.db)
        .await?;
    let Some(id) = id else { return Ok(false) };
    let sessions = session::Entity::find()
        .filter(Column::AccountId.eq(id))
        .filter(Column::Address.eq(client.to_string()))
        .limit(1)
        .count(&app.db)
        .await?;
    Ok(sessions > 0)
}
