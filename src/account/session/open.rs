//! A sign-in begins.

use chrono::{DateTime, Utc};
use entity::SessionId;
use entity::account::{refresh_token, session};
use sea_orm::{ActiveModelTrait, IntoActiveModel};

use crate::account::client::Client;
use crate::account::query::Account;
use crate::account::session::Lifetime;
use crate::account::token;
use crate::app::App;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::text::sha256_hex;

/// What a person gets who has signed in.
#[derive(Clone)]
pub struct Signed {
    /// Says who asks, for a quarter of an hour.
    pub access_token: String,
    /// Gets the next pair of tokens, once.
    pub refresh_token: String,
    /// Until when the access token is believed.
    pub expires_at: DateTime<Utc>,
    /// The session.
    pub session: SessionId,
}

/// Opens a session of `account` for `client`. `mfa` says whether the second factor was given. Whoever calls has made sure
/// that the person may come in.
///
/// # Errors
/// Those of the database; no session is opened then.
pub(crate) async fn open_session(app: &App, account: &Account, client: &Client, mfa: bool) -> Result<Signed> {
    let signer = app.tokens.signer(app).await?;
    let now = app.clock.now();
    let session: SessionId = app.ids.new_id();
    let row = session::Model {
        id: session,
        account_id: account.id,
        kind: account.kind,
        user_agent: client.user_agent.clone(),
        address: Some(client.address.to_string()),
        mfa_at: mfa.then_some(now),
        created_at: now,
        last_used_at: now,
        expires_at: now + Lifetime::of(account.kind).whole,
        revoked_at: None,
        revoked_reason: None,
    };
    let (access_token, expires_at) = token::sign(app, &signer, account, session)?;
    let tx = app.db.begin().await?;
    row.into_active_model().insert(&tx).await?;
    let refresh_token = give_refresh_token(&tx, app, session).await?;
    tx.commit().await?;
    Ok(Signed {
        access_token,
        refresh_token,
        expires_at,
        session,
    })
}

/// A refresh token for `session`; only its hash is kept.
pub(super) async fn give_refresh_token(tx: &Tx, app: &App, session: SessionId) -> Result<String> {
    let token = app.ids.secret();
    let row = refresh_token::Model {
        hash: sha256_hex(&token),
        session_id: session,
        created_at: app.clock.now(),
        replaced_at: None,
    };
    row.into_active_model().insert(tx).await?;
    Ok(token)
}
