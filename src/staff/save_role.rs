//! A role is made, changed or deleted. A role counts for everybody who has it, so only who may do this everywhere does.

use entity::RoleId;
use entity::staff::staff_role::PermissionNames;
use entity::staff::{role_assignment, staff_role};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};
use serde_json::json;

use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::channel::Scope;
use crate::platform::db::{Tx, constraint_of};
use crate::platform::error::{Fault, Result};
use crate::platform::locale::{Message, message};
use crate::platform::permission::{Permission, Permissions};
use crate::staff::access::permissions_of_role;
use crate::staff::query::Role;
use crate::staff::reach::{OutOfReach, may_grant};

/// Longest name in characters.
const NAME_MAX: usize = 100;
/// Longest description in characters.
const DESCRIPTION_MAX: usize = 500;

/// A role to make.
#[derive(Clone, Debug)]
pub struct CreateRole {
    /// Unique.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// What it allows.
    pub permissions: Permissions,
}

/// What to change of a role. None leaves a field as it is; `Some(None)` empties it.
#[derive(Clone, Debug, Default)]
pub struct UpdateRole {
    /// The version the change was made on; another one is refused.
    pub expected_version: Option<i32>,
    /// Unique.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<Option<String>>,
    /// What it allows.
    pub permissions: Option<Permissions>,
}

/// Why a role was not made, changed or deleted.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum RoleError {
    /// There is no such role.
    NotFound,
    /// The row is at this version.
    Stale(i32),
    /// The name is empty or too long.
    Name,
    /// Another role has the name.
    NameTaken,
    /// The description is too long.
    Description,
    /// The role of owners is as it is.
    OfOwners,
    /// So many people have it.
    InUse(u64),
    /// It allows, or shall allow, more than the viewer may.
    OutOfReach(#[from] OutOfReach),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl RoleError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::NotFound => message!("role-not-found"),
            Self::Stale(version) => message!("version-stale", version = *version),
            Self::Name => message!("name-length", max = NAME_MAX),
            Self::NameTaken => message!("role-name-taken"),
            Self::Description => message!("name-length", max = DESCRIPTION_MAX),
            Self::OfOwners => message!("role-of-owners"),
            Self::InUse(people) => message!("role-in-use", people = i64::try_from(*people).unwrap_or(i64::MAX)),
            Self::OutOfReach(error) => error.message(),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<sea_orm::DbErr> for RoleError {
    fn from(error: sea_orm::DbErr) -> Self {
        match constraint_of(&error).as_deref() {
            Some("uq_staff_role_name") => Self::NameTaken,
            _ => Self::Fault(error.into()),
        }
    }
}

fn name_of(text: &str) -> Result<String, RoleError> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > NAME_MAX {
        return Err(RoleError::Name);
    }
    Ok(name.to_owned())
}

fn description_of(text: Option<String>) -> Result<Option<String>, RoleError> {
    match text {
        Some(text) if text.chars().count() > DESCRIPTION_MAX => Err(RoleError::Description),
        text => Ok(text.filter(|text| !text.trim().is_empty())),
    }
}

fn stored(permissions: Permissions) -> PermissionNames {
    PermissionNames(permissions.names().into_iter().map(str::to_owned).collect())
}

/// Whether the viewer may change roles, and has what this one allows.
fn in_reach(scope: &Scope, permissions: Permissions) -> Result<(), OutOfReach> {
    let needed = permissions.or([Permission::StaffWrite].into_iter().collect());
    may_grant(scope, needed, None)
}

fn written(role: &Role) -> serde_json::Value {
    json!({
        "name": role.name,
        "description": role.description,
        "permissions": role.permissions.0,
    })
}

/// Makes a role.
///
/// # Errors
/// See [`RoleError`]; nothing is made then.
pub async fn create_role(app: &App, scope: &Scope, actor: &Actor, command: CreateRole) -> Result<Role, RoleError> {
    in_reach(scope, command.permissions)?;
    let row = Role {
        id: app.ids.new_id(),
        name: name_of(&command.name)?,
        description: description_of(command.description)?,
        permissions: stored(command.permissions),
        is_owner: false,
        version: 1,
        created_at: app.clock.now(),
    };
    let tx = app.db.begin().await?;
    let row = row.into_active_model().insert(&tx).await?;
    let entry = Entry::new("roleCreate", "Role", row.id).after(&written(&row))?;
    audit::record(&tx, app, actor, entry).await?;
    tx.commit().await?;
    Ok(row)
}

/// Changes a role for everybody who has it.
///
/// # Errors
/// See [`RoleError`]; nothing is changed then.
pub async fn update_role(
    app: &App,
    scope: &Scope,
    actor: &Actor,
    (id, change): (RoleId, UpdateRole),
) -> Result<Role, RoleError> {
    let name = change.name.map(|name| name_of(&name)).transpose()?;
    let description = change.description.map(description_of).transpose()?;
    let tx = app.db.begin().await?;
    let before = hold(&tx, id, change.expected_version).await?;
    in_reach(scope, permissions_of_role(&before))?;
    in_reach(scope, change.permissions.unwrap_or_default())?;
    let mut after = before.clone();
    after.name = name.unwrap_or(after.name);
    after.description = description.unwrap_or(after.description);
    after.permissions = change.permissions.map_or(after.permissions, stored);
    staff_role::Entity::update_many()
        .col_expr(staff_role::Column::Name, Expr::value(after.name.as_str()))
        .col_expr(staff_role::Column::Description, Expr::value(after.description.clone()))
        .col_expr(staff_role::Column::Permissions, Expr::value(after.permissions.clone()))
        .filter(staff_role::Column::Id.eq(id))
        .exec(&tx)
        .await?;
    let entry = Entry::new("roleUpdate", "Role", id)
        .before(&written(&before))?
        .after(&written(&after))?;
    audit::record(&tx, app, actor, entry).await?;
    tx.commit().await?;
    app.staff.clear();
    Ok(after)
}

/// Deletes a role that nobody has.
///
/// # Errors
/// See [`RoleError`]; nothing is deleted then.
pub async fn delete_role(app: &App, scope: &Scope, actor: &Actor, id: RoleId) -> Result<(), RoleError> {
    let tx = app.db.begin().await?;
    let role = hold(&tx, id, None).await?;
    in_reach(scope, permissions_of_role(&role))?;
    let people = role_assignment::Entity::find()
        .filter(role_assignment::Column::RoleId.eq(id))
        .count(&tx)
        .await?;
    if people > 0 {
        return Err(RoleError::InUse(people));
    }
    staff_role::Entity::delete_by_id(id).exec(&tx).await?;
    let entry = Entry::new("roleDelete", "Role", id).before(&written(&role))?;
    audit::record(&tx, app, actor, entry).await?;
    tx.commit().await?;
    Ok(())
}

/// Counts the version of a role up, which makes others who would change it wait, and gives it. Not the owners'.
async fn hold(tx: &Tx, id: RoleId, expected_version: Option<i32>) -> Result<Role, RoleError> {
    let version = staff_role::Column::Version;
    let mut update = staff_role::Entity::update_many()
        .col_expr(version, Expr::col(version).add(1))
        .filter(staff_role::Column::Id.eq(id));
    if let Some(expected) = expected_version {
        update = update.filter(version.eq(expected));
    }
    let changed = update.exec(tx).await?.rows_affected;
    let role = staff_role::Entity::find_by_id(id)
        .one(tx)
        .await?
        .ok_or(RoleError::NotFound)?;
    if role.is_owner {
        return Err(RoleError::OfOwners);
    }
    if changed == 0 {
        return Err(RoleError::Stale(role.version));
    }
    Ok(role)
}
