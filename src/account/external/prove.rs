//! Somebody comes back from a provider.

use entity::account::account::AccountKind;
use entity::account::external_sign_in::{self, Column};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::account::external::begin::{exchange, state_of};
use crate::account::external::link::{link, linked};
use crate::account::external::{ProviderError, Told};
use crate::account::query::{Account, account_by_email, account_by_id};
use crate::app::App;
use crate::platform::db::constraint_of;
use crate::platform::error::{Fault, Result};
use crate::platform::locale::{Message, message};
use crate::platform::rate_limit::Throttled;
use crate::platform::text::sha256_hex;

/// Longest code and state that a provider sends.
const TEXT_MAX: usize = 4096;

/// What a browser comes back with.
#[derive(Clone, Debug)]
pub struct CameBack {
    /// What the provider sent along.
    pub state: String,
    /// What the browser was given when it went, and kept.
    pub ticket: String,
    /// The code of the provider; not needed where only the second factor was missing.
    pub code: Option<String>,
}

/// Who came back.
pub enum Arrival {
    /// Somebody with an account.
    Known(Box<Account>),
    /// A customer who was never here.
    New(Newcomer),
}

/// A customer who was never here, with an address that the provider has proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newcomer {
    /// The name of the provider.
    pub provider: String,
    /// Its name for the person.
    pub subject: String,
    /// The address, in its normal form.
    pub email: String,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
}

/// How somebody came back: what the rest of the sign-in needs to know.
pub struct Way {
    pub(super) row: external_sign_in::Model,
    /// Whether the provider's word that it asked for a second factor counts.
    pub(super) mfa: bool,
}

/// Why somebody who came back does not come in.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum ExternalError {
    /// No sign-in was begun so, or another browser began it, or it is over, or too old.
    State,
    /// The provider does not vouch for the person.
    Refused,
    /// The provider does not answer.
    Away,
    /// The provider has not proven the address.
    EmailNotProven,
    /// There is an account with the address, which was never proven here.
    AccountNotProven,
    /// Nobody of staff has the address, or the account is closed.
    Unknown,
    /// The second factor is missing: the same sign-in goes on with it.
    MfaRequired,
    /// The second factor is wrong: the same sign-in goes on with the right one.
    MfaInvalid,
    /// Too many codes were tried.
    Throttled(Throttled),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl ExternalError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::State => message!("external-state"),
            Self::Refused => message!("external-refused"),
            Self::Away => message!("provider-away"),
            Self::EmailNotProven => message!("external-email-unproven"),
            Self::AccountNotProven => message!("external-account-unproven"),
            Self::Unknown => message!("external-unknown"),
            Self::MfaRequired => message!("mfa-required"),
            Self::MfaInvalid => message!("mfa-code-wrong"),
            Self::Throttled(_) => message!("attempts-too-many"),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<sea_orm::DbErr> for ExternalError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Finds out who came back: asks the provider, and looks for the account. What was begun is over then, whatever comes of
/// it.
///
/// # Errors
/// See [`ExternalError`].
pub(crate) async fn prove(app: &App, cmd: &CameBack) -> Result<(Arrival, Way), ExternalError> {
    let texts = [Some(&cmd.state), Some(&cmd.ticket), cmd.code.as_ref()];
    let fits = texts.into_iter().flatten().all(|text| text.len() <= TEXT_MAX);
    // The ticket is a secret of one browser: nobody is signed in by a link that somebody else began.
    if !fits || state_of(&cmd.ticket) != cmd.state {
        return Err(ExternalError::State);
    }
    let hash = sha256_hex(&cmd.state);
    let row = external_sign_in::Entity::find_by_id(hash).one(&app.db).await?;
    let row = row
        .filter(|row| app.clock.now() < row.expires_at)
        .ok_or(ExternalError::State)?;
    if let Some(id) = row.account_id {
        // The provider has spoken already, and the second factor was missing.
        let account = account_by_id(&app.db, id).await?.ok_or(ExternalError::State)?;
        return Ok((Arrival::Known(Box::new(account)), Way { row, mfa: false }));
    }
    let code = cmd.code.as_deref().ok_or(ExternalError::State)?;
    if !over(app, &row).await? {
        return Err(ExternalError::State);
    }
    let known = app.providers.named(&row.provider).ok_or(ExternalError::State)?;
    let told = known.provider.identity(exchange(&row), code).await.map_err(|error| {
        tracing::info!(provider = row.provider, %error, "nobody was signed in");
        match error {
            ProviderError::Away(_) => ExternalError::Away,
            ProviderError::Refused(_) => ExternalError::Refused,
        }
    })?;
    let mfa = known.settings.trust_mfa && told.mfa;
    let arrival = match found(app, &row, told).await {
        // Somebody else joined the same person at the same moment.
        Err((ExternalError::Fault(fault), told)) if joined_meanwhile(&fault) => {
            found(app, &row, told).await.map_err(|(error, _)| error)?
        }
        found => found.map_err(|(error, _)| error)?,
    };
    Ok((arrival, Way { row, mfa }))
}

/// Ends what was begun, and says whether it still went on: of two who come back with the same, one is too late.
pub(super) async fn over(app: &App, row: &external_sign_in::Model) -> Result<bool> {
    let tx = app.db.begin().await?;
    let ended = external_sign_in::Entity::delete_many()
        .filter(Column::StateHash.eq(row.state_hash.as_str()))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(ended.rows_affected == 1)
}

fn joined_meanwhile(fault: &Fault) -> bool {
    let constraint = fault.db().and_then(constraint_of);
    constraint.is_some_and(|name| name.contains("external_identity"))
}

/// The account of whom the provider told, joined from now on; or somebody new.
async fn found(app: &App, row: &external_sign_in::Model, told: Told) -> Result<Arrival, (ExternalError, Told)> {
    let search = async {
        if let Some(account) = linked(&app.db, (&row.provider, &told.subject), row.kind).await? {
            return Ok(Arrival::Known(Box::new(account)));
        }
        let email = told.email.as_deref().ok_or(ExternalError::EmailNotProven)?;
        match account_by_email(&app.db, row.kind, email).await? {
            // Who made an account with somebody else's address could never prove it: it must not become theirs together.
            Some(account) if account.email_verified_at.is_none() => Err(ExternalError::AccountNotProven),
            Some(account) => {
                let tx = app.db.begin().await?;
                link(&tx, app, &account, (&row.provider, &told.subject, email)).await?;
                tx.commit().await?;
                Ok(Arrival::Known(Box::new(account)))
            }
            None if row.kind == AccountKind::Customer => Ok(Arrival::New(Newcomer {
                provider: row.provider.clone(),
                subject: told.subject.clone(),
                email: email.to_owned(),
                first_name: told.first_name.clone(),
                last_name: told.last_name.clone(),
            })),
            None => Err(ExternalError::Unknown),
        }
    };
    search.await.map_err(|error| (error, told))
}
