//! A member of staff is renamed, shut out or let in again.

use entity::staff::{api_key, staff_user};
use entity::{StaffUserId, TypedId};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ActiveValue, ColumnTrait, EntityTrait, QueryFilter, Set};
use serde_json::json;

use crate::account;
use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::channel::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{Fault, Result};
use crate::platform::locale::{Message, message};
use crate::staff::owner::{has_owner, hold_owner_role, is_owner};
use crate::staff::person::{HoldError, NAME_MAX, hold, name_part};
use crate::staff::query::StaffUser;
use crate::staff::reach::{OutOfReach, may_change};

/// What to change. None leaves a field as it is; `Some(None)` empties it.
#[derive(Clone, Debug, Default)]
pub struct UpdateStaff {
    /// The version the change was made on; another one is refused.
    pub expected_version: Option<i32>,
    /// Given name.
    pub first_name: Option<Option<String>>,
    /// Family name.
    pub last_name: Option<Option<String>>,
    /// Whether the person may come in.
    pub active: Option<bool>,
    /// Whether the keys that the person has made end too, when they may no longer come in.
    pub revoke_api_keys: bool,
}

/// Why a member of staff was not changed.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum UpdateStaffError {
    /// There is no such member of staff.
    NotFound,
    /// The row is at this version.
    Stale(i32),
    /// The field holds too long a name.
    Name(&'static str),
    /// Nobody could let others in any more.
    LastOwner,
    /// The person may do more than the viewer.
    OutOfReach(#[from] OutOfReach),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl UpdateStaffError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::NotFound => message!("staff-not-found"),
            Self::Stale(version) => message!("version-stale", version = *version),
            Self::Name(_) => message!("name-length", max = NAME_MAX),
            Self::LastOwner => message!("last-owner"),
            Self::OutOfReach(error) => error.message(),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<sea_orm::DbErr> for UpdateStaffError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

impl From<HoldError> for UpdateStaffError {
    fn from(error: HoldError) -> Self {
        match error {
            HoldError::NotFound => Self::NotFound,
            HoldError::Stale(version) => Self::Stale(version),
            HoldError::Fault(fault) => Self::Fault(fault),
        }
    }
}

/// Changes what `change` names. Who is shut out has no session left when this returns.
///
/// # Errors
/// See [`UpdateStaffError`]; nothing is changed then.
pub async fn update_staff(
    app: &App,
    scope: &Scope,
    actor: &Actor,
    (id, change): (StaffUserId, UpdateStaff),
) -> Result<StaffUser, UpdateStaffError> {
    let name = |place, part: Option<Option<String>>| match part {
        Some(part) => name_part(part).map(Some).map_err(|_| UpdateStaffError::Name(place)),
        None => Ok(None),
    };
    let (first_name, last_name) = (
        name("firstName", change.first_name)?,
        name("lastName", change.last_name)?,
    );
    let tx = app.db.begin().await?;
    let owner = hold_owner_role(&tx, app).await?;
    let (before, grants) = hold(&tx, scope, id, change.expected_version).await?;
    may_change(scope, &grants)?;
    let active = change
        .active
        .filter(|active| *active != before.deactivated_at.is_none());
    let mut row = staff_user::ActiveModel {
        id: ActiveValue::Unchanged(id),
        ..Default::default()
    };
    if let Some(name) = first_name {
        row.first_name = Set(name);
    }
    if let Some(name) = last_name {
        row.last_name = Set(name);
    }
    if let Some(active) = active {
        row.deactivated_at = Set((!active).then(|| app.clock.now()));
    }
    let after = if row.is_changed() {
        row.update(&tx).await?
    } else {
        before.clone()
    };
    match active {
        Some(false) => {
            if is_owner(&tx, &owner, id).await? && !has_owner(&tx).await? {
                return Err(UpdateStaffError::LastOwner);
            }
            shut_out(&tx, app, id, change.revoke_api_keys).await?;
        }
        Some(true) => account::unblock(&tx, id.uuid()).await?,
        None => {}
    }
    let entry = Entry::new("staffUpdate", "StaffUser", id)
        .before(&written(&before))?
        .after(&written(&after))?;
    audit::record(&tx, app, actor, entry).await?;
    tx.commit().await?;
    app.staff.clear();
    Ok(after)
}

fn written(person: &StaffUser) -> serde_json::Value {
    json!({
        "firstName": person.first_name,
        "lastName": person.last_name,
        "active": person.deactivated_at.is_none(),
    })
}

/// Ends what the person could go on with.
async fn shut_out(tx: &Tx, app: &App, id: StaffUserId, revoke_api_keys: bool) -> Result<()> {
    account::block(tx, app, id.uuid()).await?;
    if revoke_api_keys {
        api_key::Entity::update_many()
            .col_expr(api_key::Column::RevokedAt, Expr::value(app.clock.now()))
            .filter(api_key::Column::CreatedBy.eq(id))
            .filter(api_key::Column::RevokedAt.is_null())
            .exec(tx)
            .await?;
    }
    Ok(())
}
