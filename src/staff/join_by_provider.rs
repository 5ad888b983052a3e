//! An invited member of staff comes in by way of a provider, which has proven the address that was invited.

use entity::staff::staff_user::{self, Column};
use entity::{StaffUserId, TypedId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use crate::account::{self, Purpose};
use crate::app::App;
use crate::audit::{self, Actor, Entry, Identity};
use crate::platform::error::Result;

/// Accepts the invitation of `id`, if one waits to be: the letter is not needed any more. Says whether one did.
///
/// # Errors
/// Those of the database.
pub(crate) async fn join_by_provider(app: &App, actor: &Actor, id: StaffUserId) -> Result<bool> {
    let tx = app.db.begin().await?;
    let joined = staff_user::Entity::update_many()
        .col_expr(Column::JoinedAt, Expr::value(app.clock.now()))
        .filter(Column::Id.eq(id))
        .filter(Column::JoinedAt.is_null())
        .filter(Column::DeactivatedAt.is_null())
        .exec(&tx)
        .await?;
    if joined.rows_affected == 0 {
        return Ok(false);
    }
    account::end_secrets(&tx, id.uuid(), Purpose::Invite).await?;
    let entry = Entry::new("externalSignInComplete", "StaffUser", id)
        .before(&json!({ "joined": false }))?
        .after(&json!({ "joined": true }))?;
    audit::record(&tx, app, &actor.clone().known_as(Identity::Staff(id)), entry).await?;
    tx.commit().await?;
    app.staff.clear();
    Ok(true)
}
