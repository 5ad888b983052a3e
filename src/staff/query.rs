//! Reads of staff, roles and keys, scoped by who asks.

use std::collections::HashMap;

use entity::staff::{api_key, role_assignment, staff_role, staff_user};
use entity::{ApiKeyId, RoleId, StaffUserId};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Select};

use crate::channel::Scope;
use crate::platform::db::any_of;
use crate::platform::error::Result;
use crate::platform::page::{Page, PageArgs};
use crate::platform::permission::Permission;
use crate::staff::page::{ListError, Newest, count};

/// A member of staff.
pub type StaffUser = staff_user::Model;
/// A named set of permissions.
pub type Role = staff_role::Model;
/// That a member of staff has a role.
pub type Assignment = role_assignment::Model;
/// A key for programs.
pub type ApiKey = api_key::Model;

/// What shows staff and roles: who may change them sees them in the answers.
const SEES_STAFF: [Permission; 2] = [Permission::StaffRead, Permission::StaffWrite];
/// What shows API keys.
const SEES_KEYS: [Permission; 2] = [Permission::StaffRead, Permission::ApiKeysWrite];

/// Holds for no row: an empty condition would be no condition.
fn nothing() -> Condition {
    Condition::all().add(Expr::val(1).eq(0))
}

/// The members of staff that `scope` sees: all, those who work in its channel, or oneself.
fn readable(scope: &Scope) -> Condition {
    let viewer = scope.viewer;
    if SEES_STAFF.iter().any(|p| viewer.may_everywhere(*p)) {
        return Condition::all();
    }
    let mut any = Condition::any().add(nothing());
    if SEES_STAFF.iter().any(|p| viewer.may(*p)) {
        any = any.add(staff_user::Column::Id.in_subquery(working_in(scope)));
    }
    if let Some(oneself) = viewer.staff_user() {
        any = any.add(staff_user::Column::Id.eq(oneself));
    }
    any
}

/// Who has a role in the channel of `scope`, or in every one.
fn working_in(scope: &Scope) -> SelectStatement {
    let here = Condition::any()
        .add(role_assignment::Column::ChannelId.is_null())
        .add(role_assignment::Column::ChannelId.eq(scope.channel.id));
    Query::select()
        .column(role_assignment::Column::StaffUserId)
        .from(role_assignment::Entity)
        .cond_where(here)
        .to_owned()
}

/// The members of staff that `scope` sees.
pub(super) fn people(scope: &Scope) -> Select<staff_user::Entity> {
    staff_user::Entity::find().filter(readable(scope))
}

/// A page of the members of staff, newest first.
///
/// # Errors
/// A cursor of another list; those of the database.
pub async fn staff_users(
    db: &impl ConnectionTrait,
    scope: &Scope,
    args: &PageArgs,
) -> Result<Page<StaffUser>, ListError> {
    let list: Newest<staff_user::Entity, StaffUserId> = Newest {
        tag: format!("staff:{}", scope.channel.slug),
        columns: (staff_user::Column::CreatedAt, staff_user::Column::Id),
        key: |row| (row.created_at, row.id),
    };
    list.page(db, people(scope), args).await
}

/// How many members of staff there are.
///
/// # Errors
/// Those of the database.
pub async fn count_staff_users(db: &impl ConnectionTrait, scope: &Scope) -> Result<i64> {
    count(db, people(scope)).await
}

/// Members of staff by key.
///
/// # Errors
/// Those of the database.
pub async fn staff_users_by_ids(
    db: &impl ConnectionTrait,
    scope: &Scope,
    ids: &[StaffUserId],
) -> Result<HashMap<StaffUserId, StaffUser>> {
    let rows = people(scope)
        .filter(any_of(db, staff_user::Column::Id, ids))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// A member of staff, whoever asks: for who has just signed in as that one.
///
/// # Errors
/// Those of the database.
pub(crate) async fn staff_user_by_id(db: &impl ConnectionTrait, id: StaffUserId) -> Result<Option<StaffUser>> {
    Ok(staff_user::Entity::find_by_id(id).one(db).await?)
}

/// The roles that people have, oldest assignment first. Whoever asks must have been given the people.
///
/// # Errors
/// Those of the database.
pub(super) async fn assignments_of(
    db: &impl ConnectionTrait,
    people: &[StaffUserId],
) -> Result<HashMap<StaffUserId, Vec<(Assignment, Role)>>> {
    let rows = role_assignment::Entity::find()
        .filter(any_of(db, role_assignment::Column::StaffUserId, people))
        .order_by_asc(role_assignment::Column::Id)
        .all(db)
        .await?;
    let ids: Vec<RoleId> = rows.iter().map(|row| row.role_id).collect();
    let roles = roles_by_key(db, &ids).await?;
    let mut of: HashMap<StaffUserId, Vec<(Assignment, Role)>> = HashMap::new();
    for row in rows {
        if let Some(role) = roles.get(&row.role_id) {
            of.entry(row.staff_user_id).or_default().push((row, role.clone()));
        }
    }
    Ok(of)
}

/// All roles, by name: a shop has few.
///
/// # Errors
/// Those of the database.
pub async fn roles(db: &impl ConnectionTrait, scope: &Scope) -> Result<Vec<Role>> {
    if !SEES_STAFF.iter().any(|p| scope.viewer.may(*p)) {
        return Ok(Vec::new());
    }
    let select = staff_role::Entity::find().order_by_asc(staff_role::Column::Name);
    Ok(select.all(db).await?)
}

/// Roles by key.
///
/// # Errors
/// Those of the database.
pub async fn roles_by_ids(db: &impl ConnectionTrait, scope: &Scope, ids: &[RoleId]) -> Result<HashMap<RoleId, Role>> {
    if !SEES_STAFF.iter().any(|p| scope.viewer.may(*p)) {
        return Ok(HashMap::new());
    }
    roles_by_key(db, ids).await
}

/// Roles by key, whoever asks.
pub(super) async fn roles_by_key(db: &impl ConnectionTrait, ids: &[RoleId]) -> Result<HashMap<RoleId, Role>> {
    let rows = staff_role::Entity::find()
        .filter(any_of(db, staff_role::Column::Id, ids))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The keys that `scope` sees: all, or those of its channel.
pub(super) fn keys(scope: &Scope) -> Select<api_key::Entity> {
    let viewer = scope.viewer;
    let readable = if SEES_KEYS.iter().any(|p| viewer.may_everywhere(*p)) {
        Condition::all()
    } else if SEES_KEYS.iter().any(|p| viewer.may(*p)) {
        Condition::all().add(api_key::Column::ChannelId.eq(scope.channel.id))
    } else {
        nothing()
    };
    api_key::Entity::find().filter(readable)
}

/// A page of the API keys, newest first, those that were revoked among them.
///
/// # Errors
/// A cursor of another list; those of the database.
pub async fn api_keys(db: &impl ConnectionTrait, scope: &Scope, args: &PageArgs) -> Result<Page<ApiKey>, ListError> {
    let list: Newest<api_key::Entity, ApiKeyId> = Newest {
        tag: format!("keys:{}", scope.channel.slug),
        columns: (api_key::Column::CreatedAt, api_key::Column::Id),
        key: |row| (row.created_at, row.id),
    };
    list.page(db, keys(scope), args).await
}

/// How many API keys there are.
///
/// # Errors
/// Those of the database.
pub async fn count_api_keys(db: &impl ConnectionTrait, scope: &Scope) -> Result<i64> {
    count(db, keys(scope)).await
}

/// API keys by key.
///
/// # Errors
/// Those of the database.
pub async fn api_keys_by_ids(
    db: &impl ConnectionTrait,
    scope: &Scope,
    ids: &[ApiKeyId],
) -> Result<HashMap<ApiKeyId, ApiKey>> {
    let rows = keys(scope).filter(any_of(db, api_key::Column::Id, ids)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}
