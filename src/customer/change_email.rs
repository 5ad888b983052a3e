//! A customer takes another address.

use entity::account::account;
use entity::customer::customer;
use entity::{CustomerId, SessionId, TypedId};
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, Set};

use crate::account::{
    AccountKind, Attempt, Client, EmailProven, EndReason, GuessError, OwnPassword, Purpose, account_by_email,
    account_by_id, attempt, attempt_from, check_own_password, end_secrets, end_sessions, issue, normal_email, redeem,
};
use crate::app::App;
use crate::customer::jobs::{LetterKind, SendChangeLetters, SendLetter};
use crate::platform::db::constraint_of;
use crate::platform::error::Fault;
use crate::platform::locale::{Message, message};
use crate::platform::rate_limit::Throttled;
use crate::platform::{event, jobs};

/// Another address that a customer wants.
#[derive(Clone)]
pub struct ChangeEmail {
    /// Who.
    pub customer: CustomerId,
    /// The address that it shall be.
    pub email: String,
    /// Their password, as proof that it is them, where the account has one.
    pub password: Option<String>,
}

/// Why the address stays.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum ChangeEmailError {
    /// The address cannot be one.
    Email,
    /// The password is another one.
    Password,
    /// They are gone.
    NotFound,
    /// The secret is unknown, used up or too old.
    Token,
    /// The address, which is proven to be theirs, has another account.
    Taken,
    /// Too many attempts.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl ChangeEmailError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::Email => message!("email-malformed"),
            Self::Password => message!("password-wrong"),
            Self::NotFound => message!("customer-not-found"),
            Self::Token => message!("token-invalid"),
            Self::Taken => message!("email-taken"),
            Self::Throttled(throttled) => message!("rate-limited", seconds = throttled.retry_after_seconds()),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<DbErr> for ChangeEmailError {
    fn from(error: DbErr) -> Self {
        match constraint_of(&error).as_deref() {
            Some("uq_account_kind_email" | "uq_customer_email") => Self::Taken,
            _ => Self::Fault(error.into()),
        }
    }
}

impl From<GuessError> for ChangeEmailError {
    fn from(error: GuessError) -> Self {
        match error {
            GuessError::Throttled(throttled) => Self::Throttled(throttled),
            GuessError::Fault(fault) => Self::Fault(fault),
        }
    }
}

/// Writes to the address that a customer wants, which counts when they prove it, and to the one they have. When the new
/// one has an account already, a letter says so there; whoever asks gets the same answer.
///
/// # Errors
/// See [`ChangeEmailError`]. That the address is taken is none here.
pub async fn change_email(app: &App, client: &Client, command: ChangeEmail) -> Result<(), ChangeEmailError> {
    let email = normal_email(&command.email).ok_or(ChangeEmailError::Email)?;
    attempt(app, Attempt::Letter, (AccountKind::Customer, &email), &client.address).await?;
    let account = account_by_id(&app.db, command.customer.uuid()).await?;
    let account = account.ok_or(ChangeEmailError::NotFound)?;
    match check_own_password(app, &account, command.password.as_deref()).await? {
        OwnPassword::Right => {}
        OwnPassword::Wrong => return Err(ChangeEmailError::Password),
        OwnPassword::Throttled(throttled) => return Err(throttled.into()),
    }
    let taken = account_by_email(&app.db, AccountKind::Customer, &email).await?;
    let letter = app.ids.uuid();
    let tx = app.db.begin().await?;
    match taken {
        Some(taken) if taken.id == account.id => {}
        Some(taken) => {
            let letter = SendLetter {
                letter,
                customer: Some(CustomerId::from_uuid(taken.id)),
                kind: LetterKind::AlreadyRegistered,
            };
            jobs::enqueue(&tx, &letter).await?;
        }
        None => {
            // Nobody gets this secret: the job makes the one that is sent, and finds the address with this one.
            issue(&tx, app, account.id, Purpose::ChangeEmail, Some(&email)).await?;
            let customer = command.customer;
            jobs::enqueue(&tx, &SendChangeLetters { letter, customer }).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

/// Takes the secret of a letter as proof that the new address is theirs; it counts from now on, and all sessions but
/// `keep` end. Emits [`EmailProven`]. A customer of that address who never had an account is the same person: what
/// they bought follows the event.
///
/// # Errors
/// See [`ChangeEmailError`].
pub async fn confirm_email(
    app: &App,
    client: &Client,
    secret: &str,
    keep: Option<SessionId>,
) -> Result<CustomerId, ChangeEmailError> {
    attempt_from(app, Attempt::Secret, &client.address).await?;
    let tx = app.db.begin().await?;
    let token = redeem(&tx, app, Purpose::ChangeEmail, secret).await?;
    let token = token.ok_or(ChangeEmailError::Token)?;
    let email = token.email.ok_or(ChangeEmailError::Token)?;
    let account = account_by_id(&tx, token.account_id).await?;
    let account = account.filter(|account| account.kind == AccountKind::Customer);
    let account = account.ok_or(ChangeEmailError::Token)?;
    if account_by_email(&tx, AccountKind::Customer, &email).await?.is_some() {
        return Err(ChangeEmailError::Taken);
    }
    let customer = CustomerId::from_uuid(account.id);
    customer::Entity::delete_many()
        .filter(customer::Column::Email.eq(email.as_str()))
        .filter(customer::Column::Id.ne(customer))
        .exec(&tx)
        .await?;
    let change = account::ActiveModel {
        email: Set(email.clone()),
        email_verified_at: Set(Some(app.clock.now())),
        ..account.into_active_model()
    };
    let account = change.update(&tx).await?;
    let row = customer::Entity::find_by_id(customer).one(&tx).await?;
    let mut row = row.ok_or(ChangeEmailError::NotFound)?.into_active_model();
    row.email = Set(email);
    row.update(&tx).await?;
    // A letter to the old address opens nothing any more.
    end_secrets(&tx, account.id, Purpose::ResetPassword).await?;
    end_sessions(&tx, app, account.id, EndReason::EmailChanged, keep).await?;
    let proven = EmailProven {
        account: account.id,
        kind: account.kind,
    };
    event::emit(&tx, &proven).await?;
    tx.commit().await?;
    Ok(customer)
}
