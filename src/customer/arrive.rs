//! Somebody comes for the first time, by way of a provider that has proven the address.

use entity::customer::customer;
use entity::{CustomerId, TypedId};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QuerySelect, Set};

use crate::account::external::{ExternalError, Newcomer, link};
use crate::account::{self, Account, AccountKind, CreateAccountError, EmailProven, NewAccount};
use crate::app::App;
use crate::platform::db::{Tx, constraint_of};
use crate::platform::error::Result;
use crate::platform::event;
use crate::platform::locale::Locale;

/// Makes an account without a password for `newcomer`, who signs in at the provider from then on. A customer with the
/// address who had no account gets it.
///
/// # Errors
/// [`ExternalError::State`] when somebody was faster with the same address: who begins again is known.
pub(crate) async fn arrive(app: &App, newcomer: &Newcomer, locale: Locale) -> Result<Account, ExternalError> {
    match open(app, newcomer, locale).await {
        Err(ExternalError::Fault(fault)) if fault.db().and_then(constraint_of).is_some() => Err(ExternalError::State),
        opened => opened,
    }
}

async fn open(app: &App, newcomer: &Newcomer, locale: Locale) -> Result<Account, ExternalError> {
    let tx = app.db.begin().await?;
    let id = customer_of(&tx, app, newcomer).await?;
    let new = NewAccount {
        id: id.uuid(),
        kind: AccountKind::Customer,
        email: newcomer.email.clone(),
        password_hash: None,
        verified: true,
        locale,
    };
    let account = match account::create(&tx, &app.clock, new).await {
        Ok(account) => account,
        Err(CreateAccountError::EmailTaken) => return Err(ExternalError::State),
        Err(CreateAccountError::Fault(fault)) => return Err(fault.into()),
    };
    link(
        &tx,
        app,
        &account,
        (&newcomer.provider, &newcomer.subject, &newcomer.email),
    )
    .await?;
    let proven = EmailProven {
        account: account.id,
        kind: account.kind,
    };
    event::emit(&tx, &proven).await?;
    tx.commit().await?;
    Ok(account)
}

/// The customer with the address of `newcomer`, who is made when there is none.
async fn customer_of(tx: &Tx, app: &App, newcomer: &Newcomer) -> Result<CustomerId> {
    let known = customer::Entity::find()
        .filter(customer::Column::Email.eq(newcomer.email.as_str()))
        .lock_exclusive()
        .one(tx)
        .await?;
    if let Some(known) = known {
        return Ok(known.id);
    }
    let id: CustomerId = app.ids.new_id();
    let row = customer::ActiveModel {
        id: Set(id),
        email: Set(newcomer.email.clone()),
        first_name: Set(newcomer.first_name.clone()),
        last_name: Set(newcomer.last_name.clone()),
        created_at: Set(app.clock.now()),
    };
    row.insert(tx).await?;
    Ok(id)
}
