//! Reads of accounts.

use entity::TypedId;
use entity::account::account::{self, AccountKind};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::platform::db::any_of;
use crate::platform::error::Result;

/// What a person signs in with.
pub type Account = account::Model;

/// The account of a customer or member of staff.
///
/// # Errors
/// Those of the database.
pub(crate) async fn account_by_id(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Account>> {
    Ok(account::Entity::find_by_id(id).one(db).await?)
}

/// The account of this kind with this address, which is in its normal form.
///
/// # Errors
/// Those of the database.
pub(crate) async fn account_by_email(
    db: &impl ConnectionTrait,
    kind: AccountKind,
    email: &str,
) -> Result<Option<Account>> {
    let select = account::Entity::find()
        .filter(account::Column::Kind.eq(kind))
        .filter(account::Column::Email.eq(email));
    Ok(select.one(db).await?)
}

/// The accounts of people, by their ids. Whoever asks must have been given the people.
///
/// # Errors
/// Those of the database.
pub async fn accounts_by_ids<I: TypedId>(db: &impl ConnectionTrait, ids: &[I]) -> Result<Vec<Account>> {
    let accounts = account::Entity::find().filter(any_of(db, account::Column::Id, ids));
    Ok(accounts.all(db).await?)
}
