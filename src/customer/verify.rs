//! The address of an account is proven.

use entity::{CustomerId, TypedId};
use sea_orm::{ActiveModelTrait, DbErr, IntoActiveModel, Set};

use crate::account::{
    AccountKind, Attempt, Client, EmailProven, GuessError, Purpose, account_by_email, account_by_id, attempt,
    attempt_from, normal_email, redeem,
};
use crate::app::App;
use crate::customer::jobs::{LetterKind, SendLetter};
use crate::platform::error::Fault;
use crate::platform::locale::{Message, message};
use crate::platform::rate_limit::Throttled;
use crate::platform::{event, jobs};

/// Why an address was not proven, or no letter was promised.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum VerifyError {
    /// The secret is unknown, used up or too old.
    Token,
    /// The address cannot be one.
    Email,
    /// Too many attempts.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl VerifyError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::Token => message!("token-invalid"),
            Self::Email => message!("email-malformed"),
            Self::Throttled(throttled) => message!("rate-limited", seconds = throttled.retry_after_seconds()),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<GuessError> for VerifyError {
    fn from(error: GuessError) -> Self {
        match error {
            GuessError::Throttled(throttled) => Self::Throttled(throttled),
            GuessError::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl From<DbErr> for VerifyError {
    fn from(error: DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Takes the secret of a letter as proof that the address is theirs. Emits [`EmailProven`].
///
/// # Errors
/// See [`VerifyError`].
pub async fn verify_email(app: &App, client: &Client, secret: &str) -> Result<CustomerId, VerifyError> {
    attempt_from(app, Attempt::Secret, &client.address).await?;
    let tx = app.db.begin().await?;
    let token = redeem(&tx, app, Purpose::VerifyEmail, secret)
        .await?
        .ok_or(VerifyError::Token)?;
    let account = account_by_id(&tx, token.account_id).await?.ok_or(VerifyError::Token)?;
    // A secret proves the address that it was sent to, and no other.
    if account.kind != AccountKind::Customer || token.email.as_ref().is_some_and(|email| *email != account.email) {
        return Err(VerifyError::Token);
    }
    let customer = CustomerId::from_uuid(account.id);
    if account.email_verified_at.is_none() {
        let proven = EmailProven {
            account: account.id,
            kind: account.kind,
        };
        let mut change = account.into_active_model();
        change.email_verified_at = Set(Some(app.clock.now()));
        change.update(&tx).await?;
        event::emit(&tx, &proven).await?;
    }
    tx.commit().await?;
    Ok(customer)
}

/// Writes another letter to an address that is still to be proven. To an address without such an account nothing is
/// written, and whoever asks gets the same answer in the same time.
///
/// # Errors
/// See [`VerifyError`].
pub async fn resend_verification(app: &App, client: &Client, email: &str) -> Result<(), VerifyError> {
    let email = normal_email(email).ok_or(VerifyError::Email)?;
    attempt(app, Attempt::Letter, (AccountKind::Customer, &email), &client.address).await?;
    let account = account_by_email(&app.db, AccountKind::Customer, &email).await?;
    let open = account.filter(|account| account.email_verified_at.is_none());
    let letter = SendLetter {
        letter: app.ids.uuid(),
        customer: open.map(|account| CustomerId::from_uuid(account.id)),
        kind: LetterKind::Verify,
    };
    let tx = app.db.begin().await?;
    jobs::enqueue(&tx, &letter).await?;
    tx.commit().await?;
    Ok(())
}
