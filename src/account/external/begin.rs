//! Somebody goes to a provider.

use chrono::{DateTime, TimeDelta, Utc};
use entity::account::account::AccountKind;
use entity::account::external_sign_in;
use sea_orm::{ActiveModelTrait, IntoActiveModel};

use crate::account::external::Exchange;
use crate::app::App;
use crate::platform::address::ClientAddress;
use crate::platform::error::{Fault, Result};
use crate::platform::locale::{Message, message};
use crate::platform::rate_limit::{Bucket, Throttled};
use crate::platform::text::sha256_hex;

/// How long somebody may take at the provider.
pub(super) const LIFETIME: TimeDelta = TimeDelta::minutes(15);
/// Sign-ins that one address may begin; an office has one address.
const ATTEMPTS: Bucket = Bucket {
    capacity: 60,
    restored_per_second: 0.5,
};

/// Who goes where.
#[derive(Clone, Debug)]
pub struct Begin {
    /// The name of the provider.
    pub provider: String,
    /// The kind of the account.
    pub kind: AccountKind,
    /// Where the provider sends the browser; one of those that are set up.
    pub redirect_uri: String,
}

/// What the browser needs.
#[derive(Clone, PartialEq, Eq)]
pub struct Begun {
    /// Where it goes.
    pub authorization_url: String,
    /// What proves, when somebody comes back, that it is the same browser. It is not part of the address.
    pub ticket: String,
    /// Until when it must be back.
    pub expires_at: DateTime<Utc>,
}

/// Why nobody can go there.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum BeginError {
    /// There is no such provider for this kind of account.
    NoProvider,
    /// The address is not one of those that are set up.
    Redirect,
    /// The provider does not answer.
    Away,
    /// Too many sign-ins were begun.
    Throttled(Throttled),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl BeginError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::NoProvider => message!("provider-not-found"),
            Self::Redirect => message!("redirect-unknown"),
            Self::Away => message!("provider-away"),
            Self::Throttled(_) => message!("attempts-too-many"),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<sea_orm::DbErr> for BeginError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Begins a sign-in at a provider.
///
/// # Errors
/// See [`BeginError`].
pub async fn begin(app: &App, client: &ClientAddress, cmd: Begin) -> Result<Begun, BeginError> {
    let known = app
        .providers
        .named(&cmd.provider)
        .filter(|known| known.serves(cmd.kind));
    let known = known.ok_or(BeginError::NoProvider)?;
    if !known.settings.redirect_uris.contains(&cmd.redirect_uri) {
        return Err(BeginError::Redirect);
    }
    let key = format!("external:{client}");
    app.limits
        .take(&key, 1, ATTEMPTS)
        .await
        .map_err(BeginError::Throttled)?;
    let ticket = app.ids.secret();
    let state = state_of(&ticket);
    let now = app.clock.now();
    let row = external_sign_in::Model {
        state_hash: sha256_hex(&state),
        provider: cmd.provider,
        kind: cmd.kind,
        nonce: app.ids.secret(),
        pkce_verifier: app.ids.secret() + &app.ids.secret(),
        redirect_uri: cmd.redirect_uri,
        account_id: None,
        created_at: now,
        expires_at: now + LIFETIME,
    };
    let authorization_url = known
        .provider
        .authorization_url(exchange(&row), &state)
        .await
        .map_err(|error| {
            tracing::info!(provider = row.provider, %error, "nobody can sign in there");
            BeginError::Away
        })?;
    let expires_at = row.expires_at;
    let tx = app.db.begin().await?;
    row.into_active_model().insert(&tx).await?;
    tx.commit().await?;
    Ok(Begun {
        authorization_url,
        ticket,
        expires_at,
    })
}

/// The `state` that goes to the provider and comes back: a picture of the ticket, which stays in the browser.
pub(super) fn state_of(ticket: &str) -> String {
    sha256_hex(ticket)
}

pub(super) fn exchange(row: &external_sign_in::Model) -> Exchange<'_> {
    Exchange {
        nonce: &row.nonce,
        pkce_verifier: &row.pkce_verifier,
        redirect_uri: &row.redirect_uri,
    }
}
