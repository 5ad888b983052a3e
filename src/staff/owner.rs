//! The role of owners: it holds every permission, also those of later versions, and somebody always has it.

use entity::StaffUserId;
use entity::staff::staff_role::PermissionNames;
use entity::staff::{role_assignment, staff_role, staff_user};
use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};

use crate::app::App;
use crate::platform::db::Tx;
use crate::platform::error::{Fault, Result};
use crate::staff::query::Role;

/// The name of the role, until an operator's database says otherwise.
const NAME: &str = "Owner";

/// The role of owners, made when it is missing, and held until the transaction ends: of two changes that could leave the
/// shop without an owner together, the second one sees what the first one did.
pub(super) async fn hold_owner_role(tx: &Tx, app: &App) -> Result<Role> {
    let select = staff_role::Entity::find().filter(staff_role::Column::IsOwner.eq(true));
    if let Some(role) = select.clone().lock_exclusive().one(tx).await? {
        return Ok(role);
    }
    let made = Role {
        id: app.ids.new_id(),
        name: NAME.to_owned(),
        description: Some("Everything, for ever.".to_owned()),
        permissions: PermissionNames::default(),
        is_owner: true,
        version: 1,
        created_at: app.clock.now(),
    };
    // Somebody else may make it at the same moment.
    staff_role::Entity::insert_many([made.into_active_model()])
        .on_conflict(OnConflict::column(staff_role::Column::Name).do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    let made = select.lock_exclusive().one(tx).await?;
    made.ok_or(Fault::Invariant("a role that is not the owners' has its name"))
}

/// Whether somebody who can come in is an owner.
///
/// # Errors
/// Those of the database.
pub async fn has_owner(db: &impl ConnectionTrait) -> Result<bool> {
    let roles = Query::select()
        .column(staff_role::Column::Id)
        .from(staff_role::Entity)
        .and_where(staff_role::Column::IsOwner.eq(true))
        .to_owned();
    let owners = Query::select()
        .column(role_assignment::Column::StaffUserId)
        .from(role_assignment::Entity)
        .and_where(role_assignment::Column::RoleId.in_subquery(roles))
        .to_owned();
    let found = staff_user::Entity::find()
        .filter(staff_user::Column::JoinedAt.is_not_null())
        .filter(staff_user::Column::DeactivatedAt.is_null())
        .filter(staff_user::Column::Id.in_subquery(owners))
        .one(db)
        .await?;
    Ok(found.is_some())
}

/// Whether this person has the role `owner`.
pub(super) async fn is_owner(tx: &Tx, owner: &Role, person: StaffUserId) -> Result<bool> {
    let found = role_assignment::Entity::find()
        .filter(role_assignment::Column::RoleId.eq(owner.id))
        .filter(role_assignment::Column::StaffUserId.eq(person))
        .one(tx)
        .await?;
    Ok(found.is_some())
}
