//! A person is forgotten.

use std::time::Duration;

use entity::{CustomerId, TypedId};
use sea_orm::DbErr;
use serde_json::json;

use crate::account::{Account, OwnPassword, account_by_id, check_own_password, delete_account};
use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::channel::Scope;
use crate::customer::{self, Customer, customer_by_id, customers_by_ids};
use crate::mail::{self, Envelope, Letter};
use crate::platform::db::{Tx, retry_conflicts};
use crate::platform::error::{Fault, Result};
use crate::platform::event;
use crate::platform::jobs;
use crate::platform::locale::{Locale, Message, message};
use crate::platform::rate_limit::Throttled;
use crate::privacy::events::CustomerErased;
use crate::{cart, order, payment};

/// Longest time that the last letter may take.
const LETTER_PATIENCE: Duration = Duration::from_secs(5);

/// Why nobody was forgotten.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum EraseError {
    /// The password is another one.
    Password,
    /// No such customer, or not for the viewer.
    NotFound,
    /// Too many attempts.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl EraseError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::Password => message!("password-wrong"),
            Self::NotFound => message!("customer-not-found"),
            Self::Throttled(throttled) => message!("rate-limited", seconds = throttled.retry_after_seconds()),
            Self::Fault(_) => message!("failed"),
        }
    }

    fn db(&self) -> Option<&DbErr> {
        match self {
            Self::Fault(fault) => fault.db(),
            _ => None,
        }
    }
}

impl From<DbErr> for EraseError {
    fn from(error: DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Forgets the customer who asks, and says so in a last letter. Orders of a guest with the same address go along when the
/// address was proven.
///
/// # Errors
/// See [`EraseError`]; nothing is forgotten then.
pub async fn erase_own(app: &App, customer: CustomerId, password: Option<&str>) -> Result<(), EraseError> {
    let account = account_by_id(&app.db, customer.uuid()).await?;
    let account = account.ok_or(EraseError::NotFound)?;
    match check_own_password(app, &account, password).await? {
        OwnPassword::Right => {}
        OwnPassword::Wrong => return Err(EraseError::Password),
        OwnPassword::Throttled(throttled) => return Err(throttled.into()),
    }
    let proven = account.email_verified_at.is_some();
    let work = || async {
        let tx = app.db.begin().await?;
        let customer = customer_by_id(&tx, customer).await?.ok_or(EraseError::NotFound)?;
        forget(&tx, app, &customer, proven).await?;
        tx.commit().await?;
        Ok(customer)
    };
    let customer = retry_conflicts(EraseError::db, work).await?;
    say_goodbye(app, &customer, Some(&account)).await;
    Ok(())
}

/// Forgets a customer for staff, with or without an account, and the orders of a guest with the same address.
///
/// # Errors
/// See [`EraseError`]; nothing is forgotten then.
pub async fn erase(app: &App, scope: &Scope, actor: &Actor, id: CustomerId) -> Result<(), EraseError> {
    let account = account_by_id(&app.db, id.uuid()).await?;
    let work = || async {
        let tx = app.db.begin().await?;
        let customer = customers_by_ids(&tx, scope, &[id]).await?.remove(&id);
        let customer = customer.ok_or(EraseError::NotFound)?;
        forget(&tx, app, &customer, true).await?;
        let entry = Entry::new("customerEraseAsStaff", "Customer", id)
            .before(&json!({ "erased": false }))?
            .after(&json!({ "erased": true }))?;
        audit::record(&tx, app, actor, entry).await?;
        tx.commit().await?;
        Ok(customer)
    };
    let customer = retry_conflicts(EraseError::db, work).await?;
    say_goodbye(app, &customer, account.as_ref()).await;
    Ok(())
}

/// Every domain that holds something about the person forgets it. `everywhere`: under their address too.
async fn forget(tx: &Tx, app: &App, person: &Customer, everywhere: bool) -> Result<()> {
    let email = everywhere.then_some(person.email.as_str());
    let carts = order::forget_people(tx, person.id, email).await?;
    cart::forget_people(tx, person.id, email, carts).await?;
    payment::forget_people(tx, person.id).await?;
    delete_account(tx, app, person.id.uuid()).await?;
    // Before the row goes: references to it turn to null then, and who follows would find nothing of theirs.
    event::emit(tx, &CustomerErased { customer: person.id }).await?;
    customer::forget(tx, person.id).await?;
    jobs::forget_mentions(tx, &person.email).await
}

/// Removes the letters that are still here and writes the last one. Not a job: a job would hold the address for as long
/// as it is kept. When the letter cannot go out, the person is forgotten all the same.
async fn say_goodbye(app: &App, person: &Customer, account: Option<&Account>) {
    let locale = account
        .and_then(|account| Locale::of_tag(&account.locale))
        .unwrap_or_default();
    let envelope = Envelope {
        id: format!("account-erased-{}", person.id),
        to: person.email.clone(),
        locale,
    };
    let letters = async {
        app.mail.forget(&person.email).await?;
        mail::send(app, envelope, &Letter::AccountErased {}).await
    };
    match tokio::time::timeout(LETTER_PATIENCE, letters).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(customer = %person.id, %error, "the last letter was not taken"),
        Err(_) => tracing::warn!(customer = %person.id, "the last letter took too long"),
    }
}
