//! Somebody opens an account.

use entity::customer::customer::{self, Column};
use entity::{CustomerId, TypedId};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, Set};

use crate::account::{
    self, Account, AccountKind, Attempt, Client, CreateAccountError, EndReason, GuessError, NewAccount, Password,
    WeakPassword, account_by_email, attempt, hash_password, normal_email, verify_password,
};
use crate::app::App;
use crate::customer::jobs::{LetterKind, SendLetter};
use crate::customer::names::{BadName, checked_name};
use crate::customer::query::Customer;
use crate::platform::db::{Tx, constraint_of, retry_conflicts};
use crate::platform::error::{Fault, Result};
use crate::platform::jobs;
use crate::platform::locale::{Locale, Message, message};
use crate::platform::rate_limit::Throttled;

/// Somebody who wants an account.
#[derive(Clone)]
pub struct Register {
    /// Their address.
    pub email: String,
    /// What they want to sign in with.
    pub password: String,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// The language of letters to them.
    pub locale: Locale,
}

/// Why nobody got an account.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum RegisterError {
    /// The address cannot be one.
    Email,
    /// The password is too easy to guess.
    Password(WeakPassword),
    /// A name is too long or holds what names do not.
    Name(BadName),
    /// Too many attempts.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl RegisterError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::Email => message!("email-malformed"),
            Self::Password(weak) => weak.message(),
            Self::Name(name) => name.message(),
            Self::Throttled(throttled) => message!("rate-limited", seconds = throttled.retry_after_seconds()),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<GuessError> for RegisterError {
    fn from(error: GuessError) -> Self {
        match error {
            GuessError::Throttled(throttled) => Self::Throttled(throttled),
            GuessError::Fault(fault) => Self::Fault(fault),
        }
    }
}

/// Makes an account and writes to its address, which is to be proven. When the address has an account already, a letter
/// says so there, and whoever asked here gets the same answer in the same time: an id that means nothing.
///
/// An account whose address was never proven may have been opened by anybody. When it is registered again with another
/// password, neither counts any more: the holder of the address chooses one by a letter.
///
/// # Errors
/// See [`RegisterError`]. That an address is taken is none.
pub async fn register_customer(app: &App, client: &Client, command: Register) -> Result<Customer, RegisterError> {
    let email = normal_email(&command.email).ok_or(RegisterError::Email)?;
    let name = |field, name: &Option<String>| checked_name(field, name.as_deref()).map_err(RegisterError::Name);
    let first_name = name("firstName", &command.first_name)?;
    let last_name = name("lastName", &command.last_name)?;
    let hints = [
        email.as_str(),
        first_name.as_deref().unwrap_or_default(),
        last_name.as_deref().unwrap_or_default(),
    ];
    let password = Password::parse(&command.password, &hints).map_err(RegisterError::Password)?;
    attempt(app, Attempt::Register, (AccountKind::Customer, &email), &client.address).await?;
    let known = account_by_email(&app.db, AccountKind::Customer, &email).await?;
    // Both are always done, so that the time tells nothing.
    let hash = hash_password(app, &password).await?;
    let stored = known.as_ref().and_then(|known| known.password_hash.as_deref());
    let same = verify_password(app, stored, &command.password).await?;
    let wanted = Wanted {
        customer: Customer {
            id: app.ids.new_id(),
            email,
            first_name,
            last_name,
            created_at: app.clock.now(),
        },
        hash,
        same,
        locale: command.locale,
    };
    let id = retry_conflicts(Fault::db, || write(app, &wanted)).await?;
    Ok(Customer {
        id: id.unwrap_or(wanted.customer.id),
        ..wanted.customer
    })
}

/// An account to make, if there is none.
struct Wanted {
    customer: Customer,
    hash: String,
    /// Whether the account that there is has the same password.
    same: bool,
    locale: Locale,
}

/// Gives the id of the customer, when it may be told.
async fn write(app: &App, wanted: &Wanted) -> Result<Option<CustomerId>> {
    let tx = app.db.begin().await?;
    let known = account_by_email(&tx, AccountKind::Customer, &wanted.customer.email).await?;
    let (id, letter) = match known {
        None => match open(&tx, app, wanted).await? {
            // Somebody else was faster: the answer is the same.
            None => return Ok(None),
            Some((id, told)) => (told.then_some(id), letter_to(app, id, LetterKind::Verify)),
        },
        Some(known) => {
            let kind = match known.email_verified_at {
                Some(_) => LetterKind::AlreadyRegistered,
                None => LetterKind::Verify,
            };
            if known.email_verified_at.is_none() && !wanted.same {
                disown(&tx, app, &known).await?;
            }
            (None, letter_to(app, CustomerId(known.id), kind))
        }
    };
    jobs::enqueue(&tx, &letter).await?;
    tx.commit().await?;
    Ok(id)
}

fn letter_to(app: &App, customer: CustomerId, kind: LetterKind) -> SendLetter {
    SendLetter {
        letter: app.ids.uuid(),
        customer: Some(customer),
        kind,
    }
}

/// Makes the account of a new customer, or of one who bought before without one. Says whether the customer is new. None
/// when the address was taken meanwhile.
async fn open(tx: &Tx, app: &App, wanted: &Wanted) -> Result<Option<(CustomerId, bool)>> {
    let known = customer::Entity::find()
        .filter(Column::Email.eq(wanted.customer.email.as_str()))
        .lock_exclusive()
        .one(tx)
        .await?;
    let is_new = known.is_none();
    let id = match known {
        None => match wanted.customer.clone().into_active_model().insert(tx).await {
            Ok(row) => row.id,
            Err(error) if constraint_of(&error).as_deref() == Some("uq_customer_email") => return Ok(None),
            Err(error) => return Err(error.into()),
        },
        Some(known) => {
            // What the shop knew is not shown to whoever has not proven the address.
            let named = Customer {
                first_name: wanted.customer.first_name.clone(),
                last_name: wanted.customer.last_name.clone(),
                ..known
            };
            named.into_active_model().reset_all().update(tx).await?.id
        }
    };
    let new = NewAccount {
        id: id.uuid(),
        kind: AccountKind::Customer,
        email: wanted.customer.email.clone(),
        password_hash: Some(wanted.hash.clone()),
        verified: false,
        locale: wanted.locale,
    };
    match account::create(tx, &app.clock, new).await {
        Ok(_) => Ok(Some((id, is_new))),
        Err(CreateAccountError::EmailTaken) => Ok(None),
        Err(CreateAccountError::Fault(fault)) => Err(fault),
    }
}

/// Takes the password of an account away from whoever set it, and shows them out.
async fn disown(tx: &Tx, app: &App, known: &Account) -> Result<()> {
    let mut change = known.clone().into_active_model();
    change.password_hash = Set(None);
    change.update(tx).await?;
    account::end_sessions(tx, app, known.id, EndReason::PasswordChanged, None).await?;
    Ok(())
}
