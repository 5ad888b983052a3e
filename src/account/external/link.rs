//! The name that a provider has for a person, and the account here.

use entity::account::account::AccountKind;
use entity::account::external_identity;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel};

use crate::account::query::{Account, account_by_id};
use crate::app::App;
use crate::platform::db::Tx;
use crate::platform::error::Result;

/// Joins `account` to what `provider` calls `subject`; `email` is the address that it told.
///
/// # Errors
/// Those of the database; also when the name is joined to an account already.
pub(crate) async fn link(
    tx: &Tx,
    app: &App,
    account: &Account,
    (provider, subject, email): (&str, &str, &str),
) -> Result<()> {
    let row = external_identity::Model {
        provider: provider.to_owned(),
        subject: subject.to_owned(),
        kind: account.kind,
        account_id: account.id,
        email: Some(email.to_owned()),
        created_at: app.clock.now(),
    };
    row.into_active_model().insert(tx).await?;
    Ok(())
}

/// The account of this kind that is joined to what `provider` calls `subject`.
///
/// # Errors
/// Those of the database.
pub(super) async fn linked(
    db: &impl ConnectionTrait,
    (provider, subject): (&str, &str),
    kind: AccountKind,
) -> Result<Option<Account>> {
    let key = (provider.to_owned(), subject.to_owned(), kind);
    match external_identity::Entity::find_by_id(key).one(db).await? {
        Some(row) => account_by_id(db, row.account_id).await,
        None => Ok(None::<Account>),
    }
}
